// An import of node:http reads all that it exports. Three of its exports load the client behind `fetch`: 70 ms of CPU. Nothing
// here uses them, so they go, before anything imports node:http. The bundles of functions require it instead.
const http = process.getBuiltinModule('node:http');
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) Reflect.deleteProperty(http, name);

// An import of node:http reads all that it exports. Three of its exports load the client behind `fetch`: 70 ms of CPU in a
// process, 40 in a thread. Nothing here uses them, so they go, before anything imports node:http. JavaScript, for the
// threads of functions strip no types.
const http = process.getBuiltinModule('node:http');
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) delete http[name];

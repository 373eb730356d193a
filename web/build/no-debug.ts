/** In the place of `debug`, which `file-type` brings and a page has no use for: it writes nothing. */
export default () => () => {};

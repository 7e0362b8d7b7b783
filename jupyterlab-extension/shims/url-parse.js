// tus-js-client brings an address parser for browsers that have none.
export default globalThis.URL;

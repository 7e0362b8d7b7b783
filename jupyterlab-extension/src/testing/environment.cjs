// jsdom leaves out Node's fetch, and the client needs the real Request and Response, and the signals that those know.
const { TestEnvironment } = require('jest-environment-jsdom');

module.exports = class extends TestEnvironment {
  constructor(...args) {
    super(...args);
    for (const name of [
      'fetch',
      'Request',
      'Response',
      'Headers',
      'Blob',
      'TextEncoder',
      'TextDecoder',
      'performance',
      'AbortController',
      'AbortSignal',
    ]) {
      this.global[name] = globalThis[name];
    }
  }
};

// tus-js-client brings an encoder for browsers that have none; every one that runs JupyterLab 4 has both parts of this.
export const Base64 = {
  encode: (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text))),
};

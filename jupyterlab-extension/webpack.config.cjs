const { join } = require('node:path');

module.exports = {
  // What a library carries along for browsers that JupyterLab 4 does not run in.
  resolve: {
    alias: {
      'url-parse': join(__dirname, 'shims/url-parse.js'),
      'js-base64': join(__dirname, 'shims/js-base64.js'),
    },
  },
  // What several pages need is in one file of its own; left to itself the bundler puts a copy into each of them.
  optimization: {
    splitChunks: {
      cacheGroups: {
        pages: {
          name: 'pages',
          test: /[\\/]lib[\\/]/,
          chunks: 'async',
          minChunks: 2,
          minSize: 0,
          reuseExistingChunk: true,
        },
      },
    },
  },
};

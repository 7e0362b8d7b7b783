// What several pages need is in one file of its own; left to itself the bundler puts a copy into each of them.
module.exports = {
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

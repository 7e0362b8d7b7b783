// tsc checks the types (tsconfig.test.json); here the sources are only transpiled.
module.exports = {
  // Only ends what hangs: no test relies on being quick.
  testTimeout: 300_000,
  testEnvironment: '<rootDir>/src/testing/environment.cjs',
  setupFilesAfterEnv: ['<rootDir>/src/testing/setup.ts'],
  // The built panels carry the same package name.
  modulePathIgnorePatterns: ['<rootDir>/kargah_lab/', '<rootDir>/lib/'],
  testMatch: ['<rootDir>/src/**/*.test.{ts,tsx}'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // jsdom asks packages for their browser half; the test's own Socket.IO server needs the real one.
    '^ws$': require.resolve('ws'),
    '^tus-js-client$': '<rootDir>/../node_modules/tus-js-client/lib.es5/browser/index.js',
  },
  transform: {
    '^.+\\.(ts|tsx|js|mjs)$': [
      'ts-jest',
      {
        diagnostics: false,
        tsconfig: {
          target: 'ES2022',
          module: 'CommonJS',
          moduleResolution: 'node10',
          jsx: 'react-jsx',
          allowJs: true,
          esModuleInterop: true,
          isolatedModules: true,
          skipLibCheck: true,
        },
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(openapi-fetch|tus-js-client|@jupyterlab|uplot)/)'],
};

import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores([
    '**/node_modules',
    '**/dist',
    'jupyterlab-extension/lib',
    '**/labextension',
    '**/generated',
    '.venv',
    '.setup',
    'artefacts',
    // Linted where it stands in a copy of the sources: scripts/feature.test.mjs.
    'docs/example-feature',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        performance: 'readonly',
        btoa: 'readonly',
        TextEncoder: 'readonly',
        __dirname: 'readonly',
        require: 'readonly',
        module: 'writable',
        AbortSignal: 'readonly',
        structuredClone: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A void arrow in one line reads better than a block; a promise that nobody waits for is still an error.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Used where a check stands in the line before, which the compiler cannot follow.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Beyond four, an object with names says which is which.
      'max-params': ['error', 4],
      // React 18, which JupyterLab ships, has only the global JSX namespace's types in its packages.
      '@typescript-eslint/no-deprecated': 'off',
      // The error classes and ports of this code base are typed; what libraries throw is not.
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      // Interfaces that features add to by declaring them again.
      '@typescript-eslint/no-empty-object-type': [
        'error',
        {
          allowInterfaces: 'with-single-extends',
          allowWithName: '^(StoredLists|PageArgs|FeaturePermissions|FeatureEvents)$',
        },
      ],
    },
  },
  {
    files: ['bridge-server/src/**/*.ts'],
    ignores: [
      'bridge-server/src/access/**',
      '**/store.ts',
      '**/*-store.ts',
      'bridge-server/src/storage/**',
      '**/*.test.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          'BinaryExpression[operator=/^[!=]==?$/] > MemberExpression[property.name=/^project_?id$/i]',
          'BinaryExpression[operator=/^[!=]==?$/] > ChainExpression > MemberExpression[property.name=/^project_?id$/i]',
          'BinaryExpression[operator=/^[!=]==?$/] > Identifier[name=/^project_?id$/i]',
          // A query: `where('project_id', '=', …)`, `eb('d.project_id', 'in', …)`.
          'CallExpression[arguments.length=3][arguments.0.value=/(^|\\.)project_id$/]',
        ].map((selector) => ({
          selector,
          message:
            'Who may do what is decided by requireAccess and scopeOf in access/; only stores narrow by a project.',
        })),
      ],
    },
  },
  {
    files: ['jupyterlab-extension/src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
    rules: { eqeqeq: ['error', 'always', { null: 'ignore' }] },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', '**/test/**/*.ts', '**/ui-tests/**/*.ts'],
    rules: {
      // Tests read answers whose shape they then assert.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'max-params': 'off',
    },
  },
  {
    // JupyterLab hands a plugin its services in the order in which it names them.
    files: ['jupyterlab-extension/src/plugins/*.{ts,tsx}', 'jupyterlab-extension/src/testing/**'],
    rules: { 'max-params': 'off' },
  },
);

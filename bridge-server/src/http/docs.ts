import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express from 'express';
import * as contract from '../contract/server/system.js';
import type { Mount } from './app.js';
import { route, type Route } from './route.js';

/** Everything from our own origin; Swagger's page sets styles of its own on elements. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'self'";

/** Addresses are relative to the page, so they hold below any prefix. */
const page = (folder: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Kargah API</title><link rel="stylesheet" href="${folder}swagger-ui.css"></head>
<body><div id="page" data-folder="${folder}"></div>
<script src="${folder}swagger-ui-bundle.js"></script><script src="${folder}start.js"></script></body>
</html>
`;
const start = `const { folder } = document.getElementById('page').dataset;
SwaggerUIBundle({
  url: (folder === '' ? '../' : '') + 'api/v1/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => ({ ...request, headers: { ...request.headers, 'X-Kargah-Client': 'docs' } }),
});
`;

let description: unknown;

/** Beside the bundle, or in the checkout. */
function readDescription(): unknown {
  const bundled = join(import.meta.dirname, 'openapi.json');
  const file = existsSync(bundled) ? bundled : join(import.meta.dirname, '../../openapi.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

export const docsRoutes: readonly Route[] = [
  route(contract.openapi, () => Promise.resolve({ status: 200, json: (description ??= readDescription()) })),
  route(contract.docs, ({ req, res }) => {
    res
      .set('Content-Security-Policy', POLICY)
      .type('html')
      .send(page(req.path.endsWith('/') ? '' : 'docs/'));
    return Promise.resolve(undefined);
  }),
];

const FILES = ['/swagger-ui.css', '/swagger-ui-bundle.js'];

/** The page's files. What is not one of them goes on to the routes. */
export function docsFiles(): Mount {
  const bundled = join(import.meta.dirname, 'swagger');
  const folder = existsSync(bundled)
    ? bundled
    : dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const files = express.static(folder, { index: false, maxAge: '1d' });
  return {
    path: '/docs',
    handle: (req, res, next) => {
      if (req.path === '/start.js') res.type('js').send(start);
      else if (FILES.includes(req.path)) files(req, res, next);
      else next();
    },
  };
}

import type { RequestHandler } from 'express';

/** Lets the named origins in (a team's bridge serves several JupyterLabs); every other page stays outside the same-origin rule. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins);
  return (req, res, next) => {
    const origin = req.get('origin');
    if (origin === undefined || !allowed.has(origin)) {
      next();
      return;
    }
    res.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers':
        'X-Request-Id, Location, Upload-Offset, Upload-Length, Upload-Expires, Tus-Resumable, Kargah-Dataset-Id, Kargah-Same-Dataset-Id, Kargah-Log-Size, Content-Disposition',
      Vary: 'Origin',
    });
    if (req.method !== 'OPTIONS' || req.get('access-control-request-method') === undefined) {
      next();
      return;
    }
    res
      .status(204)
      .set({
        'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS',
        'Access-Control-Allow-Headers': req.get('access-control-request-headers') ?? '',
        'Access-Control-Max-Age': '600',
      })
      .end();
  };
}

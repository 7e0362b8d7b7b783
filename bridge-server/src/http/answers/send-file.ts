import { basename, dirname } from 'node:path';
import type { Response } from 'express';
import { KargahError } from '../../lib/errors.js';

/**
 * Sends a user's file as a download that no browser tries to show; takes Range.
 *
 * @param sha256 of the file, for its ETag: a piece is only added to what came of the same bytes
 */
export function sendFile(res: Response, path: string, filename: string, sha256: string | null): Promise<void> {
  res.attachment(filename);
  res.setHeader('Content-Type', 'application/octet-stream');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Cache-Control', 'private, no-cache');
  if (sha256 !== null) res.setHeader('ETag', `"${sha256}"`);
  return new Promise((resolve, reject) => {
    const options = {
      root: dirname(path),
      cacheControl: false,
      dotfiles: 'allow',
      lastModified: sha256 === null,
    } as const;
    res.sendFile(basename(path), options, (error?: Error & { status?: number; code?: string }) => {
      // Someone who goes away in the middle is no failure of ours.
      if (!error || res.headersSent) return resolve();
      for (const name of ['Content-Disposition', 'Content-Type', 'Cache-Control', 'ETag']) res.removeHeader(name);
      const range = res.getHeader('Content-Range');
      if (error.status === 416) {
        const headers = typeof range === 'string' ? { 'Content-Range': range } : {};
        return reject(new KargahError('range_not_satisfiable', {}, { headers }));
      }
      if (error.status === 412) return reject(new KargahError('content_changed'));
      reject(error.status === 404 ? new KargahError('not_found', {}, { cause: error }) : error);
    });
  });
}

/** A `Content-Disposition` for any name: RFC 6266, with the exact name in UTF-8. */
export function attachment(filename: string): string {
  const safe = filename.replace(/[^\w.-]+/gu, '_');
  const exact = encodeURIComponent(filename).replace(
    /['()*]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${safe}"; filename*=UTF-8''${exact}`;
}

import { route, type Route } from '../http/route.js';
import { compareJobs } from './contract.js';
import type { CompareService } from './service.js';

export function compareRoutes(compare: CompareService): Route[] {
  return [
    route(compareJobs, async ({ caller, body, res, gone }) => {
      const bytes = await compare.compare(caller, body, gone);
      res.setHeader('Content-Type', compareJobs.responses[200].mediaType);
      res.setHeader('Content-Length', String(bytes.length));
      res.end(bytes);
      return undefined;
    }),
  ];
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/** What every answer carries; pages of ours name a policy of their own. */
export const securityHeaders: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void =
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'self'"] } },
    // Jupyter decides whether the page is https; a loopback address must stay reachable by http.
    strictTransportSecurity: false,
    // The origin is Jupyter's too, whose pages say nothing of it: browsers would warn of the difference.
    originAgentCluster: false,
  });

import { z } from 'zod';
import { endpoint } from '../endpoint.js';

export const python = z
  .object({
    /** The kernelspec's name; `default` is the bridge's own. */
    python: z.string(),
    title: z.string(),
    executable: z.string(),
    is_default: z.boolean(),
  })
  .meta({ id: 'Python' });
export const listPythons = endpoint({
  id: 'listPythons',
  method: 'get',
  path: '/api/v1/pythons',
  tag: 'training',
  policy: 'user',
  permission: 'server.read',
  summary: 'Python environments that may run a job: the default and those of Jupyter kernels',
  responses: { 200: z.object({ items: z.array(python), next_cursor: z.null() }).meta({ id: 'PythonPage' }) },
  errors: [],
});

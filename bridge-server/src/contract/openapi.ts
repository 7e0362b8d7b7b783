import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiParameters,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { isBinary, type Endpoint, type Policy } from './endpoint.js';
import { isInProject } from './permissions.js';
import { ERRORS, problem, type ErrorCode } from './errors.js';
import { fileSuffix } from './datasets/intake.js';
import * as live from './live.js';

/** Errors that any endpoint of a policy may answer, besides its own. */
const SHARED: readonly ErrorCode[] = ['headers_too_large', 'internal', 'shutting_down'];
const BY_POLICY: Readonly<Record<Policy, readonly ErrorCode[]>> = {
  public: [],
  sign_in: ['only_through_jupyter'],
  session: ['only_through_jupyter', 'client_header_missing', 'session_expired'],
  user: ['unauthenticated', 'token_expired', 'only_through_jupyter'],
  account: ['unauthenticated', 'token_expired', 'only_through_jupyter', 'session_required'],
  user_or_job: ['unauthenticated', 'token_expired', 'only_through_jupyter'],
};

const SECURITY: Readonly<Record<Policy, Record<string, string[]>[]>> = {
  public: [],
  sign_in: [],
  session: [{ session: [] }],
  user: [{ token: [] }, { kargah_token: [] }],
  account: [{ token: [] }, { kargah_token: [] }],
  user_or_job: [{ token: [] }, { kargah_token: [] }],
};

const TITLES: Readonly<Record<number, string>> = { 200: 'Done', 201: 'Made', 202: 'Accepted', 204: 'Done; no body' };

/** What features add to the description of the core. */
interface Described {
  readonly endpoints: readonly Endpoint[];
  /** The payloads of their live events; each has the name that it gives itself. */
  readonly liveEvents: readonly z.ZodType[];
}

/** The OpenAPI 3.1 description of these endpoints, with the payloads of live events among its schemas. */
export function openApiDocument(version: string, described: Described): ReturnType<typeof createDocument> {
  const { endpoints, liveEvents } = described;
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const endpoint of endpoints) (paths[endpoint.path] ??= {})[endpoint.method] = operation(endpoint);
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Kargah',
        version,
        description:
          'Datasets, training jobs and models. Live events travel by Socket.IO under `socket.io/`; their payloads are among the schemas. ' +
          'MLflow’s own REST API lies under `mlflow/`, with the same token.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      // Relative, so that the page works under Jupyter's prefix.
      servers: [{ url: '../..' }],
      paths: paths,
      components: {
        schemas: {
          FileSuffix: fileSuffix,
          JobUpdate: live.jobUpdate,
          JobGap: live.jobGap,
          JobLog: live.jobLog,
          JobChanged: live.jobChanged,
          DatasetChanged: live.datasetChanged,
          DatasetProfileEvent: live.datasetProfileEvent,
          SweepChanged: live.sweepChanged,
          ProjectsChanged: live.projectsChanged,
          SystemChanged: live.systemChanged,
          SubscribeJob: live.subscribeJob,
          SubscribeLog: live.subscribeLog,
          SubscribeAck: live.subscribeAck,
          ...Object.fromEntries([...liveEvents, ...held(endpoints)].map((payload) => [nameOf(payload), payload])),
        },
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'Access token, or a personal API token (`kgp_…`)' },
          kargah_token: {
            type: 'apiKey',
            in: 'header',
            name: 'X-Kargah-Token',
            description: 'The same token where Jupyter reads Authorization itself',
          },
          session: { type: 'apiKey', in: 'cookie', name: 'kargah_session', description: 'Refresh session' },
        },
      },
    },
    // Answers are built by us: a field we do not name is not promised, and not forbidden to grow.
    {
      override: ({ jsonSchema, io }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  );
}

/** What stands as JSON within answers that are no JSON. */
function held(endpoints: readonly Endpoint[]): z.ZodType[] {
  return endpoints
    .flatMap(({ responses }) => Object.values(responses))
    .flatMap((answer) => (answer !== null && isBinary(answer) && answer.holds !== undefined ? [answer.holds] : []));
}

/** @throws where a payload has no name of its own */
function nameOf(payload: z.ZodType): string {
  const name = payload.meta()?.id;
  if (name === undefined)
    throw new Error('the payload of a live event or of a binary answer has no name: meta({ id })');
  return name;
}

function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const parameters: ZodOpenApiParameters = {
    ...(endpoint.params ? { path: endpoint.params } : {}),
    ...(endpoint.query ? { query: endpoint.query } : {}),
    ...headersOf(endpoint),
  };
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    tags: [endpoint.tag],
    security: SECURITY[endpoint.policy],
    ...(endpoint.permission === null ? {} : { 'x-permission': endpoint.permission }),
    requestParams: parameters,
    ...(endpoint.body
      ? {
          requestBody: {
            required: endpoint.bodyOptional !== true,
            content: { 'application/json': { schema: endpoint.body } },
          },
        }
      : {}),
    responses: responses(endpoint),
  };
}

function headersOf({ policy, permission }: Endpoint): ZodOpenApiParameters {
  const client = z.string().meta({ description: 'Any value; a foreign page cannot send it' });
  if (policy === 'session') return { header: z.object({ 'X-Kargah-Client': client }) };
  if (permission === null || !isInProject(permission)) return {};
  const description =
    'Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. ' +
    'An object that the path names is of its own project, whatever this says. Or `?project_id=`.';
  return { header: z.object({ 'X-Kargah-Project': z.string().optional().meta({ description }) }) };
}

function responses(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const answers: ZodOpenApiResponsesObject = {};
  for (const [status, schema] of Object.entries(endpoint.responses)) {
    const description = schema !== null && isBinary(schema) ? schema.description : (TITLES[Number(status)] ?? 'Answer');
    const content =
      schema === null
        ? undefined
        : isBinary(schema)
          ? Object.fromEntries(
              [schema.mediaType, ...(schema.orElse ?? [])].map((type) => [
                type,
                { schema: { type: 'string' as const, format: 'binary' } },
              ]),
            )
          : { 'application/json': { schema } };
    answers[status as '200'] = { description, ...(content ? { content } : {}) };
  }
  const invalid = (endpoint.params ?? endpoint.query ?? endpoint.body) ? (['validation_failed'] as const) : [];
  const malformed = endpoint.body
    ? (['malformed_json', 'payload_too_large', 'request_timeout', 'unsupported_media_type'] as const)
    : [];
  const codes = new Set<ErrorCode>([
    ...endpoint.errors,
    ...BY_POLICY[endpoint.policy],
    ...(endpoint.permission === 'server.admin' ? (['forbidden'] as const) : []),
    ...invalid,
    ...malformed,
    ...SHARED,
  ]);
  const byStatus = Map.groupBy([...codes].sort(), (code) => ERRORS[code].status);
  for (const [status, group] of [...byStatus].sort(([a], [b]) => a - b)) {
    // 503 is also the plain answer of readyz.
    if (String(status) in answers) continue;
    answers[String(status) as '400'] = {
      description: group
        .map((code) => `\`${code}\`: ${ERRORS[code].en.replace(/\{\w+\|[^|}]*\|([^}]*)\}/gu, '$1')}`)
        .join('\n\n'),
      content: { 'application/problem+json': { schema: problem } },
    };
  }
  return answers;
}

import { isBinary, type Endpoint } from '../../contract/endpoint.js';
import type { Answer } from '../route.js';

/** Proves an answer against the contract, so that the description never says what the bridge does not do. */
export function checkAnswer(endpoint: Endpoint, answer: NonNullable<Answer>): void {
  const schema = endpoint.responses[answer.status];
  if (schema === undefined)
    throw new Error(`${endpoint.id} answers ${String(answer.status)}, which its contract does not name`);
  if (schema === null || isBinary(schema)) {
    if (answer.json !== undefined) throw new Error(`${endpoint.id} answers JSON where its contract names none`);
    return;
  }
  const parsed = schema.safeParse(JSON.parse(JSON.stringify(answer.json ?? null)));
  if (!parsed.success)
    throw new Error(`${endpoint.id} answers what its contract does not allow: ${parsed.error.message}`);
}

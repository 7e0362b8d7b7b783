import type { Selectable } from 'kysely';
import type { ModelMoveTable, ModelRequestTable, ModelStageTable } from '../../../storage/schema.js';

export type StageRow = Selectable<ModelStageTable>;
export type MoveRow = Selectable<ModelMoveTable>;
export type RequestRow = Selectable<ModelRequestTable>;
/** A version by its number and by which one that is, whoever has the number later. */
export interface Pointed {
  readonly version: number;
  readonly identity: string;
}
/** A protected alias of a model in a project. */
export interface AliasPlace {
  readonly projectId: string;
  readonly name: string;
  readonly alias: string;
}

export const earlierOf = (stage: StageRow): Pointed[] => JSON.parse(stage.earlier_json) as Pointed[];

/** Where it pointed, and now does. */
export function trodden(stage: StageRow): Pointed[] {
  const { version, identity } = stage;
  const earlier = earlierOf(stage);
  if (version !== null && identity !== null) earlier.push({ version, identity });
  return earlier;
}

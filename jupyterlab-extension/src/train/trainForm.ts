import { asApiError } from '../api/errors.js';
import type { I18n } from '../i18n/i18n.js';
import type { Recipe, TrainRequest } from '../api/types.js';
import {
  EMPTY_RESOURCES,
  type ResourceForm,
  resourceField,
  resourcesRequest,
  scarceField,
} from './fields/resourceForm.js';
import { changedFrom, columnParam, columnsParam, type FieldErrors } from '../recipes/paramsSchema.js';
import type { Values } from '../recipes/flatSchema.js';
import { splitArgs, variablesOf } from '../recipes/scriptArgs.js';

/** The columns to learn from: all that nothing speaks against, all, or those that a person ticked. */
export type ColumnChoice = 'good' | 'all' | readonly string[];

export interface FormState {
  readonly recipe: string;
  readonly name: string;
  readonly datasetId: string;
  /** Null: the newest ready one. */
  readonly version: number | null;
  /** Empty: the default one of the version, or the recipe's own. */
  readonly splitId: string;
  readonly target: string;
  readonly columns: ColumnChoice;
  readonly params: Values;
  readonly path: string;
  readonly args: string;
  /** Empty: the script's own folder. */
  readonly cwd: string;
  /** `NAME=value`, as before a command in a shell. */
  readonly env: string;
  readonly secrets: string;
  readonly resources: ResourceForm;
}

export const EMPTY_FORM: FormState = {
  recipe: '',
  name: '',
  datasetId: '',
  version: null,
  splitId: '',
  target: '',
  columns: 'good',
  params: {},
  path: '',
  args: '',
  cwd: '',
  env: '',
  secrets: '',
  resources: EMPTY_RESOURCES,
};

function scriptOf(form: FormState): NonNullable<TrainRequest['script']> {
  const cwd = form.cwd.trim();
  const [env, secrets] = [form.env, form.secrets].map((text) => variablesOf(text) ?? {});
  return {
    path: form.path.trim(),
    args: splitArgs(form.args),
    ...(cwd === '' ? {} : { cwd }),
    ...(env === undefined || Object.keys(env).length === 0 ? {} : { env }),
    ...(secrets === undefined || Object.keys(secrets).length === 0 ? {} : { secrets }),
  };
}

export function requestOf(form: FormState, recipe: Recipe | null, defaults: Values): TrainRequest {
  const name = form.name.trim();
  const column = recipe === null ? undefined : columnParam(recipe);
  const columns = recipe === null ? undefined : columnsParam(recipe);
  return {
    ...(name === '' ? {} : { name }),
    ...(form.datasetId === ''
      ? {}
      : {
          dataset_id: form.datasetId,
          ...(form.version === null ? {} : { dataset_version: form.version }),
          ...(form.splitId === '' ? {} : { split_id: form.splitId }),
        }),
    ...(recipe === null ? { script: scriptOf(form) } : { recipe: recipe.recipe }),
    params:
      recipe === null
        ? {}
        : {
            ...(column === undefined || form.target === '' ? {} : { [column]: form.target }),
            ...(columns === undefined || typeof form.columns === 'string' ? {} : { [columns]: form.columns }),
            ...changedFrom(defaults, form.params),
          },
    ...resourcesRequest(form.resources),
  };
}

const FIELD_OF_CODE: readonly (readonly [RegExp, string])[] = [
  [/^target_|^no_features$|^too_few_|^too_many_classes$/, 'target'],
  [/^columns_/, 'columns'],
  [/text_column/, 'text'],
  [/^dataset_|^not_found$/, 'dataset'],
  [/^version_unknown$/, 'version'],
  [/^split_unknown$/, 'split'],
  [/^script_/, 'path'],
  [/^cwd_/, 'cwd'],
  [/^variable_taken$/, 'env'],
  [/^unknown_python$/, 'resources.python'],
  [/_one_gpu$/, 'resources.gpus'],
  [/^sweep_/, 'space'],
];

const SCRIPT_FIELDS = ['args', 'cwd', 'env', 'secrets'] as const;

/** A refusal of the bridge, put to the fields it is about; `form` holds what belongs to none of them. */
export function serverErrors(reason: unknown, i18n: I18n, recipe: Recipe | null): FieldErrors {
  const error = asApiError(reason);
  const column = recipe === null ? undefined : columnParam(recipe);
  const columns = recipe === null ? undefined : columnsParam(recipe);
  const found: Record<string, string> = {};
  for (const one of error.errors) {
    const path = one.path.replace(/^\/|^body[./]/, '').split(/[./]/);
    const text = i18n.format.digits(i18n.pick(one.message, one.message_fa ?? one.message));
    if (path[0] === 'dataset_id') found['dataset'] ??= text;
    else if (path[0] === 'dataset_version') found['version'] ??= text;
    else if (path[0] === 'split_id') found['split'] ??= text;
    else if (path[0] === 'name') found['name'] ??= text;
    else if (path[0] === 'script') found[SCRIPT_FIELDS.find((field) => field === path[1]) ?? 'path'] ??= text;
    else if (path[0] === 'resources') found[resourceField(path[1])] ??= text;
    else if (path[0] === 'space') found[path[1] === undefined ? 'space' : `space.${path[1]}`] ??= text;
    else if (path[0] === 'trials' || path[0] === 'parallel') found[path[0]] ??= text;
    else if (path[0] === 'params' && path[1] !== undefined)
      found[path[1] === column ? 'target' : path[1] === columns ? 'columns' : `params.${path[1]}`] ??= text;
    else found['form'] ??= text;
  }
  if (error.errors.length === 0) {
    const field =
      error.code === 'resources_too_large'
        ? scarceField(error.params['resource'])
        : FIELD_OF_CODE.find(([pattern]) => pattern.test(error.code))?.[1];
    found[field === 'target' && column === undefined ? 'dataset' : (field ?? 'form')] = i18n.error(error);
  }
  return found;
}

const PYTHON_NAMES: Readonly<Record<string, string>> = { true: 'True', false: 'False', null: 'None' };

export function python(value: unknown): string {
  const json = JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, one]) => `${python(key)}: ${python(one)}`)
      .join(', ')}}`;
  return PYTHON_NAMES[json] ?? json;
}

/** Which version and split of the dataset, as the client's `train` and `sweep` take them. */
export function versionPython(request: Pick<TrainRequest, 'dataset_version' | 'split_id'>): readonly string[] {
  return [
    ...(request.dataset_version === undefined ? [] : [`version=${python(request.dataset_version)}`]),
    ...(request.split_id === undefined ? [] : [`split=${python(request.split_id)}`]),
  ];
}

/** The cell that starts the same job from a notebook. */
export function pythonOf(request: TrainRequest): string {
  // A notebook is kept and shared.
  const secrets = Object.keys(request.script?.secrets ?? {});
  const args = [
    ...(request.dataset_id === undefined ? [] : [python(request.dataset_id)]),
    ...versionPython(request),
    ...(request.recipe === undefined ? [] : [`recipe=${python(request.recipe)}`]),
    ...(request.script == null
      ? []
      : [
          `script=${python(request.script.path)}`,
          ...(request.script.args.length > 0 ? [`args=${python(request.script.args)}`] : []),
          ...(request.script.cwd === undefined ? [] : [`cwd=${python(request.script.cwd)}`]),
          ...(request.script.env === undefined ? [] : [`env=${python(request.script.env)}`]),
          ...(secrets.length === 0
            ? []
            : [`secrets={${secrets.map((name) => `"${name}": getpass("${name}")`).join(', ')}}`]),
        ]),
    ...(request.name === undefined ? [] : [`name=${python(request.name)}`]),
    ...(request.resources === undefined ? [] : [`resources=${python(request.resources)}`]),
    ...(request.priority === undefined ? [] : [`priority=${python(request.priority)}`]),
    ...Object.entries(request.params).map(([name, value]) => `${name}=${python(value)}`),
  ];
  return [
    ...(secrets.length === 0 ? [] : ['from getpass import getpass', '']),
    'import kargah',
    '',
    'job = kargah.connect().train(',
    ...args.map((arg) => `    ${arg},`),
    ')',
    'job.watch()',
  ].join('\n');
}

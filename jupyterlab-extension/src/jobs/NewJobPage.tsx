import { type FormEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { data } from '../api/client.js';
import type { Dataset, Recipe } from '../api/types.js';
import { Button } from '../components/Button.js';
import { Field } from '../components/Field.js';
import { Icon } from '../components/Icon.js';
import { ErrorNote, Note, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { isActive } from '../store/states.js';
import { useStore } from '../store/useStore.js';
import { DatasetField, TargetField } from './DataFields.js';
import { CodeBlock } from './ModelCode.js';
import { OWN_SCRIPT } from './ownScript.js';
import { ParamsForm } from './ParamsForm.js';
import { checkParams, columnParam, type FieldErrors, formSchema } from './paramsSchema.js';
import { RecipeCards } from './RecipeCards.js';
import { EMPTY_FORM, type FormState, joinArgs, pythonOf, requestOf, serverErrors } from './trainForm.js';
import { useColumns } from './useColumns.js';
import { readRecipes } from './useRecipes.js';

export interface NewJobPageProps {
  readonly datasetId?: string | undefined;
  readonly recipe?: string | undefined;
  readonly cloneOf?: string | undefined;
  /** The form is done with: given up, or its job started. */
  readonly onDone: () => void;
}

/** Reads what the form needs, then shows it: recipes, and the job it starts from. */
export default function NewJobPage({ datasetId, recipe: asked, cloneOf, onDone }: NewJobPageProps): JSX.Element {
  const { api } = useKargah();
  const [attempt, setAttempt] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const [ready, setReady] = useState<{ recipes: readonly Recipe[]; form: FormState } | null>(null);
  useEffect(() => {
    let gone = false;
    const read = async (): Promise<void> => {
      const recipes = await readRecipes(api);
      const job =
        cloneOf === undefined
          ? null
          : await data(api.http.GET('/api/v1/train/jobs/{job_id}', { params: { path: { job_id: cloneOf } } }));
      const recipe = recipes.find((one) => one.recipe === job?.recipe);
      const column = recipe === undefined ? undefined : columnParam(recipe);
      const { [column ?? '']: target, ...params }: Readonly<Record<string, unknown>> = job?.params ?? {};
      const form: FormState =
        job === null
          ? { ...EMPTY_FORM, recipe: asked ?? '', datasetId: datasetId ?? '' }
          : {
              recipe: job.script === null ? (job.recipe ?? '') : OWN_SCRIPT,
              name: '',
              datasetId: job.dataset_id ?? '',
              target: typeof target === 'string' ? target : '',
              params,
              path: job.script?.path ?? '',
              args: joinArgs(job.script?.args ?? []),
            };
      if (!gone) setReady({ recipes, form });
    };
    setError(null);
    read().catch((reason: unknown) => {
      if (!gone) setError(reason);
    });
    return () => {
      gone = true;
    };
  }, [api, datasetId, asked, cloneOf, attempt]);
  return (
    <div className="kg-NewJobPage" data-testid="new-job-page">
      {error !== null ? (
        <ErrorNote reason={error} onRetry={() => setAttempt(attempt + 1)} />
      ) : ready === null ? (
        <Skeleton widths={[40, 90, 90, 60]} />
      ) : (
        <TrainForm recipes={ready.recipes} start={ready.form} onDone={onDone} />
      )}
    </div>
  );
}

function recipeFor(recipes: readonly Recipe[], dataset: Dataset | undefined): string {
  const fitting = recipes.find((recipe) => recipe.dataset_kind !== null && recipe.dataset_kind === dataset?.kind);
  return (fitting ?? recipes.find((recipe) => recipe.dataset_kind !== null) ?? recipes[0])?.recipe ?? OWN_SCRIPT;
}

function TrainForm({
  recipes,
  start,
  onDone,
}: {
  readonly recipes: readonly Recipe[];
  readonly start: FormState;
  readonly onDone: () => void;
}): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const { items: all } = useStore(kargah.store.datasets);
  const root = useRef<HTMLFormElement>(null);
  const [form, setForm] = useState<FormState>(() => ({
    ...start,
    recipe:
      start.recipe === ''
        ? recipeFor(
            recipes,
            all.find((one) => one.dataset_id === start.datasetId),
          )
        : start.recipe,
  }));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [refused, setRefused] = useState(0);
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState(false);

  const recipe = recipes.find((one) => one.recipe === form.recipe && form.recipe !== OWN_SCRIPT) ?? null;
  const drawn = useMemo(() => (recipe === null ? null : formSchema(recipe, i18n)), [recipe, i18n]);
  const values = useMemo(() => ({ ...drawn?.defaults, ...form.params }), [drawn, form.params]);
  const datasets = useMemo(
    () => all.filter((one) => recipe === null || one.kind === null || one.kind === recipe.dataset_kind),
    [all, recipe],
  );
  const ready = datasets.filter((one) => one.state === 'ready');
  // One dataset and no other choice: it is chosen.
  const chosenId =
    form.datasetId === '' && recipe !== null && ready.length === 1 ? ready[0]?.dataset_id : form.datasetId;
  const dataset = datasets.find((one) => one.dataset_id === chosenId);
  const wantsTarget = recipe !== null && columnParam(recipe) !== undefined;
  const columns = useColumns(wantsTarget && dataset?.state === 'ready' ? dataset.dataset_id : null);
  // The guess stands until the person chooses.
  const target = form.target !== '' || dataset === undefined ? form.target : (dataset.suggested_target ?? '');
  const filled: FormState = { ...form, target: wantsTarget ? target : '', datasetId: dataset?.dataset_id ?? '' };
  const request = requestOf({ ...filled, params: values }, recipe, drawn?.defaults ?? {});

  const change = useCallback((part: Partial<FormState>, ...settled: readonly string[]): void => {
    setForm((before) => ({ ...before, ...part }));
    setErrors((before) =>
      Object.fromEntries(Object.entries(before).filter(([name]) => !settled.includes(name) && name !== 'form')),
    );
  }, []);

  useEffect(() => {
    if (refused > 0) root.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [refused]);

  const check = (): FieldErrors => {
    const found: Record<string, string> = {};
    if (recipe === null) {
      if (form.path.trim() === '') found['path'] = t('new.path.required');
    } else {
      if (recipe.dataset_kind !== null && dataset === undefined) found['dataset'] = t('new.dataset.required');
      else if (wantsTarget && target === '') found['target'] = t('new.target.required');
      for (const [name, text] of Object.entries(drawn === null ? {} : checkParams(drawn.schema, values, i18n))) {
        found[`params.${name}`] = text;
      }
    }
    return found;
  };
  const onBlurParam = (name: string): void => {
    const text = drawn === null ? undefined : checkParams(drawn.schema, values, i18n)[name];
    setErrors((before) => {
      const { [`params.${name}`]: _, ...rest } = before;
      return text === undefined ? rest : { ...rest, [`params.${name}`]: text };
    });
  };
  const refuse = (found: FieldErrors): void => {
    setErrors(found);
    setRefused((count) => count + 1);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = check();
    if (Object.keys(found).length > 0) {
      refuse(found);
      return;
    }
    setBusy(true);
    try {
      const job = await data(kargah.api.http.POST('/api/v1/train', { body: request }));
      kargah.store.putJob(job);
      await kargah.openJob(job.job_id);
      onDone();
    } catch (reason) {
      refuse(serverErrors(reason, i18n, recipe));
    } finally {
      setBusy(false);
    }
  };
  const paramErrors = Object.fromEntries(
    Object.entries(errors).flatMap(([name, text]) => (name.startsWith('params.') ? [[name.slice(7), text]] : [])),
  );

  return (
    <form className="train-form" ref={root} noValidate onSubmit={(event) => void submit(event)}>
      <div className="row">
        <h1 className="grow">{t('new.title')}</h1>
        <Button kind="quiet" icon="code" label={t('new.code')} aria-expanded={code} onClick={() => setCode(!code)} />
      </div>
      <p className="muted lead">{t('new.lead')}</p>
      {code && <CodeBlock title={t('new.code.hint')} code={pythonOf(request)} />}
      <div className="stack">
        <section>
          <h2>{t('new.recipe')}</h2>
          <RecipeCards
            recipes={recipes}
            chosen={form.recipe}
            onChoose={(chosen) => change({ recipe: chosen, params: {}, target: '' }, ...Object.keys(errors))}
          />
        </section>
        {recipe === null ? (
          <section>
            <h2>{t('new.scriptPart')}</h2>
            <div className="g2">
              <Field
                label={t('new.path')}
                hint={t('new.path.hint')}
                error={errors['path']}
                dir="ltr"
                value={form.path}
                placeholder="train.py"
                spellCheck={false}
                data-testid="script-path"
                onChange={(event) => change({ path: event.target.value }, 'path')}
              />
              <Field
                label={t('new.args')}
                hint={t('new.args.hint')}
                error={errors['args']}
                dir="ltr"
                value={form.args}
                placeholder="--epochs 5"
                spellCheck={false}
                onChange={(event) => change({ args: event.target.value }, 'args')}
              />
              <DatasetField
                datasets={datasets}
                value={filled.datasetId}
                required={false}
                error={errors['dataset']}
                onChange={(id) => change({ datasetId: id }, 'dataset')}
              />
              <NameField form={form} error={errors['name']} onChange={change} />
            </div>
          </section>
        ) : (
          <>
            <section>
              <h2>{t(wantsTarget ? 'new.data' : 'new.dataOnly')}</h2>
              <div className="g2">
                <DatasetField
                  datasets={datasets}
                  value={filled.datasetId}
                  required
                  error={errors['dataset']}
                  onChange={(id) => change({ datasetId: id, target: '' }, 'dataset', 'target')}
                />
                {wantsTarget ? (
                  <TargetField
                    columns={columns.items}
                    suggested={dataset?.suggested_target ?? null}
                    value={target}
                    error={errors['target'] ?? (columns.error === null ? undefined : i18n.error(columns.error))}
                    onChange={(column) => change({ target: column }, 'target')}
                  />
                ) : (
                  <NameField form={form} error={errors['name']} onChange={change} />
                )}
              </div>
            </section>
            <section>
              <h2>{t('new.params')}</h2>
              <ParamsForm
                key={recipe.recipe}
                recipe={recipe}
                values={values}
                errors={paramErrors}
                onChange={(params) => setForm((before) => ({ ...before, params }))}
                onBlur={onBlurParam}
              />
            </section>
            {wantsTarget && (
              <div className="g2">
                <NameField form={form} error={errors['name']} onChange={change} />
              </div>
            )}
          </>
        )}
        {errors['form'] !== undefined && <Note tone="bad" icon="err" role="alert" title={errors['form']} />}
        <div className="row wrap train-foot">
          <Machine />
          <Button label={t('action.cancel')} onClick={onDone} />
          <Button kind="primary" icon="play" label={t('new.start')} busy={busy} type="submit" />
        </div>
      </div>
    </form>
  );
}

function NameField({
  form,
  error,
  onChange,
}: {
  readonly form: FormState;
  readonly error: string | undefined;
  readonly onChange: (part: Partial<FormState>, settled: string) => void;
}): JSX.Element {
  const { t } = useI18n();
  return (
    <Field
      label={t('new.name')}
      hint={t('new.name.hint')}
      error={error}
      value={form.name}
      maxLength={200}
      dir="auto"
      onChange={(event) => onChange({ name: event.target.value }, 'name')}
    />
  );
}

/** What the job will run on, and whether it will have to wait. */
function Machine(): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const system = useStore(kargah.store.system);
  const jobs = useStore(kargah.store.jobs);
  const running = jobs.items.filter((job) => isActive(job.state) && job.state !== 'queued').length;
  if (system === null) {
    return <span className="grow" />;
  }
  return (
    <div className="grow">
      <div className="row">
        <Icon name="tune" className="t-off" />
        <span>
          {t('new.machine')} · {t('new.cores', { n: system.cpus })} ·{' '}
          {system.gpus === 0 ? t('new.noGpu') : t('new.gpus', { n: system.gpus })}
        </span>
      </div>
      <div className="hint">
        {t('new.inUse', { n: running, all: system.max_parallel_jobs })}
        {running >= system.max_parallel_jobs && `${i18n.pick('; ', '؛ ')}${t('new.willQueue')}`}
      </div>
    </div>
  );
}

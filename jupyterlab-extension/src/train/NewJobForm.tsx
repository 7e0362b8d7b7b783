import { type FormEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { data } from '../api/client.js';
import type { Dataset, Recipe } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { Note } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { spaceOf, startSweep, type SweepForm, sweepRequest } from './sweep/space.js';
import { sweepPython } from './sweep/sweepPython.js';
import { SweepFields } from './sweep/SweepFields.js';
import { ColumnsField } from './fields/ColumnsField.js';
import { learnable, ticked } from './fields/columnChoice.js';
import { DatasetField, NameField, TargetField } from './fields/DataFields.js';
import { DryRun } from './DryRun.js';
import { Machine } from './Machine.js';
import { CodeBlock } from '../components/CodeBlock.js';
import { OWN_SCRIPT } from './fields/ownScript.js';
import { ScriptFields } from './fields/ScriptFields.js';
import { ParamsForm } from './fields/ParamsForm.js';
import { checkParams, columnParam, columnsParam, type FieldErrors, formSchema } from '../recipes/paramsSchema.js';
import { RecipeCards } from './fields/RecipeCards.js';
import { ResourceFields } from './fields/ResourceFields.js';
import { checkResources } from './fields/resourceForm.js';
import { type FormState, pythonOf, requestOf, serverErrors } from './trainForm.js';
import { variablesOf } from '../recipes/scriptArgs.js';
import { useColumns } from './fields/useColumns.js';
import { VersionFields } from './fields/VersionFields.js';

/** Another dataset has other versions, splits and columns. */
const OF_DATASET = ['dataset', 'version', 'split', 'target', 'columns'] as const;
const anew = { version: null, splitId: '', columns: 'good' } as const;

function recipeFor(recipes: readonly Recipe[], dataset: Dataset | undefined): string {
  const fitting = recipes.find((recipe) => recipe.dataset_kind !== null && recipe.dataset_kind === dataset?.kind);
  return (fitting ?? recipes.find((recipe) => recipe.dataset_kind !== null) ?? recipes[0])?.recipe ?? OWN_SCRIPT;
}

export function NewJobForm({
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
  const { items: all } = useStore(kargah.store.list('datasets'));
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
  const [several, setSeveral] = useState(false);
  const [search, setSearch] = useState<SweepForm | null>(null);

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
  const columns = useColumns(wantsTarget && dataset?.state === 'ready' ? dataset.dataset_id : null, form.version);
  // The guess is of the newest version; it stands until the person chooses.
  const guess = dataset?.suggested_target ?? '';
  const known = columns.items.length === 0 || columns.items.some((one) => one.name === guess);
  const target = form.target === '' && known ? guess : form.target;
  const wantsColumns = recipe !== null && columnsParam(recipe) !== undefined;
  // They are of the newest version.
  const warnings = form.version === null || form.version === dataset?.version ? (dataset?.warnings ?? []) : [];
  const learned = ticked(columns.items, target, warnings, form.columns);
  const learnsAll = learned.length === learnable(columns.items, target).length;
  const filled: FormState = {
    ...form,
    target: wantsTarget ? target : '',
    columns: columns.items.length === 0 ? form.columns : learnsAll ? 'all' : learned,
    datasetId: dataset?.dataset_id ?? '',
  };
  const request = requestOf({ ...filled, params: values }, recipe, drawn?.defaults ?? {});
  const sweep = several && recipe !== null ? { recipe, form: search ?? startSweep(recipe, values) } : null;
  const varied = sweep === null ? null : spaceOf(sweep.form, sweep.recipe, i18n);

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
      if (variablesOf(form.env) === null) found['env'] = t('new.env.form');
      const secrets = variablesOf(form.secrets);
      // A cloned job's are named, and without a value.
      if (secrets === null || Object.values(secrets).includes('')) found['secrets'] = t('new.env.form');
    } else {
      if (recipe.dataset_kind !== null && dataset === undefined) found['dataset'] = t('new.dataset.required');
      else if (wantsTarget && target === '') found['target'] = t('new.target.required');
      else if (wantsColumns && columns.items.length > 0 && learned.length === 0)
        found['columns'] = t('new.columns.required');
      for (const [name, text] of Object.entries(drawn === null ? {} : checkParams(drawn.schema, values, i18n))) {
        if (varied === null || !(name in varied.space)) found[`params.${name}`] = text;
      }
    }
    return { ...found, ...checkResources(form.resources, i18n), ...varied?.errors };
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
      if (sweep !== null && varied !== null) {
        const body = sweepRequest(request, sweep.form, varied.space);
        const made = await data(kargah.api.http.POST('/api/v1/train/sweeps', { body }));
        kargah.store.list('sweeps').add(made);
        await kargah.open('sweep', { sweep_id: made.sweep_id });
      } else {
        const job = await data(kargah.api.http.POST('/api/v1/train', { body: request }));
        kargah.store.list('jobs').add(job);
        await kargah.open('job', { job_id: job.job_id });
      }
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

  const versionFields = dataset?.state === 'ready' && (
    <VersionFields
      key={dataset.dataset_id}
      dataset={dataset}
      version={form.version}
      splitId={form.splitId}
      errors={errors}
      onChange={(part) => change(part, 'version', 'split', 'target', 'columns')}
    />
  );

  return (
    <form className="kg-NewJobForm" ref={root} noValidate onSubmit={(event) => void submit(event)}>
      <div className="kg-Layout-row">
        <h1 className="kg-Layout-grow">{t('new.title')}</h1>
        <Button kind="quiet" icon="code" label={t('new.code')} aria-expanded={code} onClick={() => setCode(!code)} />
      </div>
      <p className="kg-Text-muted kg-NewJobForm-lead">{t('new.lead')}</p>
      {code && (
        <CodeBlock
          title={t('new.code.hint')}
          code={
            sweep === null || varied === null
              ? pythonOf(request)
              : sweepPython(sweepRequest(request, sweep.form, varied.space))
          }
        />
      )}
      <div className="kg-Layout-stack">
        <section>
          <h2>{t('new.recipe')}</h2>
          <RecipeCards
            recipes={recipes}
            chosen={form.recipe}
            onChoose={(chosen) => {
              setSearch(null);
              change({ recipe: chosen, params: {}, target: '', columns: 'good' }, ...Object.keys(errors));
            }}
          />
        </section>
        {recipe === null ? (
          <section>
            <h2>{t('new.scriptPart')}</h2>
            <div className="kg-Layout-grid2">
              <ScriptFields form={form} errors={errors} onChange={change} />
              <DatasetField
                datasets={datasets}
                value={filled.datasetId}
                required={false}
                error={errors['dataset']}
                onChange={(id) => change({ ...anew, datasetId: id }, ...OF_DATASET)}
              />
              {versionFields}
              <NameField form={form} error={errors['name']} onChange={change} />
            </div>
          </section>
        ) : (
          <>
            <section>
              <h2>{t(wantsTarget ? 'new.data' : 'new.dataOnly')}</h2>
              <div className="kg-Layout-grid2">
                <DatasetField
                  datasets={datasets}
                  value={filled.datasetId}
                  required
                  error={errors['dataset']}
                  onChange={(id) => change({ ...anew, datasetId: id, target: '' }, ...OF_DATASET)}
                />
                {wantsTarget ? (
                  <TargetField
                    columns={columns.items}
                    suggested={dataset?.suggested_target ?? null}
                    value={target}
                    error={errors['target'] ?? (columns.error === null ? undefined : i18n.error(columns.error))}
                    onChange={(column) => change({ target: column, columns: 'good' }, 'target', 'columns')}
                  />
                ) : (
                  <NameField form={form} error={errors['name']} onChange={change} />
                )}
                {versionFields}
              </div>
              {wantsColumns && (
                <ColumnsField
                  columns={columns.items}
                  target={target}
                  warnings={warnings}
                  chosen={learned}
                  error={errors['columns']}
                  onChange={(chosen) => change({ columns: chosen }, 'columns')}
                />
              )}
            </section>
            <section>
              <div className="kg-Layout-row kg-Layout-wrap kg-Params-head">
                <h2 className="kg-Layout-grow">{t('new.params')}</h2>
                <div className="kg-Segments" role="radiogroup" aria-label={t('sweep.mode')}>
                  {[false, true].map((one) => (
                    <button
                      key={String(one)}
                      type="button"
                      role="radio"
                      aria-checked={several === one}
                      className={several === one ? 'kg-mod-on' : ''}
                      onClick={() => setSeveral(one)}
                    >
                      {t(one ? 'sweep.several' : 'sweep.one')}
                    </button>
                  ))}
                </div>
              </div>
              <ParamsForm
                key={recipe.recipe}
                recipe={recipe}
                values={values}
                errors={paramErrors}
                onChange={(params) => setForm((before) => ({ ...before, params }))}
                onBlur={onBlurParam}
              />
            </section>
            {sweep !== null && (
              <SweepFields
                recipe={sweep.recipe}
                form={sweep.form}
                values={values}
                errors={errors}
                onChange={(next, field) => {
                  setSearch(next);
                  change({}, field, 'space');
                }}
              />
            )}
            {wantsTarget && (
              <div className="kg-Layout-grid2">
                <NameField form={form} error={errors['name']} onChange={change} />
              </div>
            )}
          </>
        )}
        <div className="kg-Layout-stack kg-mod-close">
          <ResourceFields
            form={form.resources}
            errors={errors}
            withPriority={sweep === null}
            onChange={(resources, field) => change({ resources }, field)}
          />
          {sweep === null && (
            <DryRun request={request} onRefused={(reason) => setErrors(serverErrors(reason, i18n, recipe))} />
          )}
        </div>
        {errors['form'] !== undefined && <Note tone="bad" icon="err" role="alert" title={errors['form']} />}
        <div className="kg-Layout-row kg-Layout-wrap kg-NewJobForm-foot">
          <Machine />
          <Button label={t('action.dismiss')} onClick={onDone} />
          <Button
            kind="primary"
            icon="play"
            label={t(sweep === null ? 'new.start' : 'sweep.start')}
            busy={busy}
            type="submit"
          />
        </div>
      </div>
    </form>
  );
}

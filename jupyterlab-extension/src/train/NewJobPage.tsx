import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { Recipe } from '../api/types.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { OWN_SCRIPT } from './fields/ownScript.js';
import { columnParam, columnsParam } from '../recipes/paramsSchema.js';
import { resourcesOfJob } from './fields/resourceForm.js';
import { NewJobForm } from './NewJobForm.js';
import { EMPTY_FORM, type FormState } from './trainForm.js';
import { joinArgs, joinVariables } from '../recipes/scriptArgs.js';
import { readRecipes } from '../recipes/useRecipes.js';

export interface NewJobPageProps {
  readonly datasetId?: string | undefined;
  readonly recipe?: string | undefined;
  readonly cloneOf?: string | undefined;
  readonly script?: string | undefined;
  /** The form is done with: given up, or its job started. */
  readonly onDone: () => void;
}

/** Reads what the form needs, then shows it: recipes, and the job it starts from. */
export default function NewJobPage(props: NewJobPageProps): JSX.Element {
  const { datasetId, recipe: asked, cloneOf, script, onDone } = props;
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
      const several = recipe === undefined ? undefined : columnsParam(recipe);
      const given: Readonly<Record<string, unknown>> = job?.params ?? {};
      const { [column ?? '']: target, [several ?? '']: columns, ...params } = given;
      const form: FormState =
        job === null
          ? {
              ...EMPTY_FORM,
              recipe: asked ?? (script === undefined ? '' : OWN_SCRIPT),
              datasetId: datasetId ?? '',
              path: script ?? '',
            }
          : {
              recipe: job.script === null ? (job.recipe ?? '') : OWN_SCRIPT,
              name: '',
              datasetId: job.dataset_id ?? '',
              // What it learned from, not what has come since.
              version: job.dataset_id === null ? null : job.dataset_version,
              splitId: job.dataset_id === null ? '' : (job.split_id ?? ''),
              target: typeof target === 'string' ? target : '',
              columns: Array.isArray(columns) ? columns.map(String) : 'all',
              params,
              path: job.script?.path ?? '',
              args: joinArgs(job.script?.args ?? []),
              cwd: job.script?.cwd ?? '',
              env: joinVariables(job.script?.env ?? {}),
              // Their values are not kept; the names are a beginning.
              secrets: (job.script?.secrets ?? []).map((name) => `${name}=`).join(' '),
              resources: resourcesOfJob(job),
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
  }, [api, datasetId, asked, cloneOf, script, attempt]);
  return (
    <div className="kg-NewJobPage" data-testid="new-job-page">
      {error !== null ? (
        <ErrorNote reason={error} onRetry={() => setAttempt(attempt + 1)} />
      ) : ready === null ? (
        <Skeleton widths={[40, 90, 90, 60]} />
      ) : (
        <NewJobForm recipes={ready.recipes} start={ready.form} onDone={onDone} />
      )}
    </div>
  );
}

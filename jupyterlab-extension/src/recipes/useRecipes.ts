import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { Api } from '../api/client.js';
import type { Recipe } from '../api/types.js';
import { useAgain } from '../components/useAgain.js';
import { useKargah } from '../context.js';

const read = new WeakMap<Api, Promise<readonly Recipe[]>>();

/** As they are now: a package that brings one may have been installed since. For the form of a new job. */
export function readRecipes(api: Api): Promise<readonly Recipe[]> {
  const recipes = data(api.http.GET('/api/v1/recipes')).then((page) => page.items);
  recipes.catch(() => read.delete(api));
  read.set(api, recipes);
  return recipes;
}

/** The recipes, or null until they are known. For pages that can do without; the form reads them itself. */
export function useRecipes(): readonly Recipe[] | null {
  const { api } = useKargah();
  const [recipes, setRecipes] = useState<readonly Recipe[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let gone = false;
    // All pages share one request; a failed one is repeated.
    (read.get(api) ?? readRecipes(api)).then(
      (items) => {
        if (!gone) setRecipes(items);
      },
      (reason: unknown) => {
        if (!gone) setFailure(reason);
      },
    );
    return () => {
      gone = true;
    };
  }, [api, attempt]);
  useAgain(recipes === null ? failure : null, () => setAttempt(attempt + 1));
  return recipes;
}

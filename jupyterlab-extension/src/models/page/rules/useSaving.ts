import { useState } from 'react';
import { data } from '../../../api/client.js';
import { ApiError } from '../../../api/errors.js';
import type { Rules } from '../../../api/types.js';
import { useKargah } from '../../../context.js';

export interface EditorProps {
  readonly projectId: string;
  readonly onDone: () => void;
  /** The rules are to be read again: somebody else set them. */
  readonly onRead: () => void;
  readonly onClose: () => void;
}

/** Sets the rules against the revision that was looked at. */
export function useSaving({ projectId, onDone, onRead }: EditorProps, revision: number) {
  const { api } = useKargah();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const save = async (given: { readonly aliases: Rules } | { readonly yaml: string }): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      const params = { path: { project_id: projectId } };
      await data(api.http.PUT('/api/v1/projects/{project_id}/model-rules', { params, body: { ...given, revision } }));
      onDone();
    } catch (reason) {
      setFailure(reason);
      setBusy(false);
      if (reason instanceof ApiError && reason.code === 'rules_moved') onRead();
    }
  };
  return { busy, failure, save };
}

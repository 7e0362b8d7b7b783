import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { Dataset, DatasetPreview } from '../../api/types.js';
import { LinkButton } from '../../components/controls/Button.js';
import { ErrorNote, Skeleton } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';

const PAGE = 60;

/** Small pictures of an image dataset, the classes taking turns. */
export function Samples({ dataset, version }: { readonly dataset: Dataset; readonly version: number }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [wanted, setWanted] = useState(PAGE);
  const [images, setImages] = useState<DatasetPreview['images']>([]);
  const [total, setTotal] = useState<number | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const missing = total === null || images.length < Math.min(wanted, total);

  useEffect(() => {
    if (!missing || failure !== null) return;
    const asked = new AbortController();
    const query = { version, offset: images.length, limit: PAGE };
    const params = { path: { dataset_id: dataset.dataset_id }, query };
    data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}/preview', { params, signal: asked.signal })).then(
      (found) => {
        setImages([...images, ...found.images]);
        setTotal(found.images.length === 0 ? images.length : found.total_rows);
      },
      (reason: unknown) => {
        if (!asked.signal.aborted) setFailure(reason);
      },
    );
    return () => asked.abort();
  }, [kargah, dataset.dataset_id, version, missing, images, failure]);

  if (failure !== null) return <ErrorNote reason={failure} onRetry={() => setFailure(null)} />;
  if (images.length === 0) return <Skeleton />;
  return (
    <section className="kg-Card">
      <div className="kg-Card-head">
        <h2>{t('ds.samples')}</h2>
        <span className="kg-Text-muted kg-Text-small">{t('ds.images', { n: total ?? images.length })}</span>
      </div>
      <div className="kg-Card-body kg-Samples">
        {images.map((image) => (
          <figure key={`${image.class_name}/${image.filename}`}>
            <img src={image.data_url} alt={`${image.class_name}: ${image.filename}`} />
            <figcaption className="kg-Text-small kg-Text-muted kg-Text-ellipsis" dir="auto">
              {image.class_name}
            </figcaption>
          </figure>
        ))}
      </div>
      {total !== null && images.length < total && (
        <p className="kg-Lists-more">
          <LinkButton onClick={() => setWanted(wanted + PAGE)}>{t('ds.moreSamples')}</LinkButton>
        </p>
      )}
    </section>
  );
}

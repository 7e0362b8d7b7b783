export default function NewJobPage(_: { readonly jobId?: string; readonly datasetId?: string | undefined; readonly cloneOf?: string | undefined }): JSX.Element {
  return <p />;
}

/**
 * What a job's processes inherit from the bridge's own environment: how Python and its libraries find their files and devices.
 * Nothing else passes; the bridge's secrets and Jupyter's tokens are in the rest.
 */
const NAMES = new Set(
  (
    'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TEMP TMP VIRTUAL_ENV LD_LIBRARY_PATH DYLD_LIBRARY_PATH PYTHONPATH PYTHONHOME ' +
    'SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy'
  ).split(' '),
);
const PREFIXES = /^(?:LC_|CONDA_|CUDA_|NVIDIA_|NCCL_|HIP_|ROCR_|TORCH_|PYTORCH_|OMP_|MKL_|OPENBLAS_|HF_|XDG_)/u;
const SECRET = /TOKEN|SECRET|PASSWORD|KEY/iu;

export function inherited(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (NAMES.has(entry[0]) || (PREFIXES.test(entry[0]) && !SECRET.test(entry[0]))),
    ),
  );
}

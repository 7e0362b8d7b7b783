"""Objects as they travel. Made by `npm run generate` from the bridge's contract; do not edit."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from typing_extensions import NotRequired, TypedDict

CardField: TypeAlias = Literal[
    "intended_use", "out_of_scope", "limitations", "data_notes", "ethics", "license", "contact"
]


ErrorCode: TypeAlias = Literal[
    "validation_failed",
    "malformed_json",
    "payload_too_large",
    "unsupported_media_type",
    "malformed_request",
    "request_timeout",
    "headers_too_large",
    "wrong_host",
    "method_not_allowed",
    "not_found",
    "conflict",
    "rate_limited",
    "internal",
    "storage_full",
    "shutting_down",
    "unauthenticated",
    "token_expired",
    "session_expired",
    "bad_credentials",
    "wrong_password",
    "account_disabled",
    "last_admin",
    "projects_to_hand_over",
    "heir_unknown",
    "sweeps_to_stop",
    "reset_link_over",
    "forbidden",
    "scope_missing",
    "session_required",
    "only_through_jupyter",
    "signup_closed",
    "signup_by_invitation",
    "signup_code_required",
    "signup_code_wrong",
    "client_header_missing",
    "email_taken",
    "weak_password",
    "password_too_long",
    "common_password",
    "mail_not_set_up",
    "last_owner",
    "already_member",
    "invitation_unknown",
    "invitation_used",
    "invitation_expired",
    "invitation_revoked",
    "invitation_taken",
    "too_many_invitations",
    "project_name_differs",
    "project_is_first",
    "upload_offset_mismatch",
    "upload_locked",
    "upload_gone",
    "upload_protocol",
    "upload_version",
    "file_too_large",
    "unsupported_format",
    "empty_file",
    "not_tabular",
    "ragged_rows",
    "too_many_columns",
    "no_rows",
    "bad_encoding",
    "invalid_json_line",
    "archive_unsafe",
    "archive_bomb",
    "archive_no_images",
    "archive_flat",
    "archive_holds_tables",
    "archive_one_class",
    "damaged_file",
    "reader_limit",
    "dataset_not_ready",
    "dataset_failed",
    "dataset_deleted",
    "dataset_wrong_kind",
    "upload_checksum_mismatch",
    "quota_exceeded",
    "project_quota_exceeded",
    "dataset_freed",
    "last_version",
    "unknown_person",
    "column_unknown",
    "filter_invalid",
    "query_failed",
    "query_not_select",
    "query_timeout",
    "diff_kinds",
    "split_shares",
    "split_column_required",
    "split_too_few",
    "split_not_given",
    "url_invalid",
    "url_private",
    "url_failed",
    "files_off",
    "file_outside",
    "file_hidden",
    "file_missing",
    "folder_too_full",
    "file_changed",
    "connection_invalid",
    "connection_local",
    "connection_failed",
    "value_not_of_type",
    "type_fits_few",
    "date_order_unclear",
    "version_unknown",
    "split_unknown",
    "content_changed",
    "range_not_satisfiable",
    "already_in_project",
    "workbook_too_small",
    "unknown_recipe",
    "recipe_broken",
    "torch_missing",
    "target_required",
    "target_missing",
    "columns_missing",
    "target_constant",
    "target_all_missing",
    "target_not_numeric",
    "no_features",
    "too_few_validation_rows",
    "too_few_rows",
    "too_many_classes",
    "target_all_different",
    "numbers_too_large",
    "no_text_column",
    "text_column_missing",
    "script_not_found",
    "script_outside",
    "script_params",
    "cwd_not_found",
    "variable_taken",
    "secrets_needed",
    "script_syntax",
    "script_failed",
    "script_exited",
    "script_silent",
    "killed_by_signal",
    "killed_maybe_memory",
    "out_of_memory",
    "gpu_unusable",
    "no_bridge",
    "time_limit_reached",
    "value_out_of_range",
    "loss_diverged",
    "too_many_metrics",
    "run_ended_failed",
    "recipe_failed",
    "launch_failed",
    "job_lost",
    "job_not_active",
    "job_active",
    "job_has_no_checkpoint",
    "checkpoint_mismatch",
    "lease_expired",
    "unknown_python",
    "launcher_not_offered",
    "resources_too_large",
    "recipe_takes_one_gpu",
    "note_changed",
    "waiting_for_turn",
    "waiting_for_cpu",
    "waiting_for_memory",
    "waiting_for_gpu",
    "waiting_for_own_limit",
    "waiting_for_own_cpus",
    "waiting_for_own_gpus",
    "waiting_for_project_jobs",
    "waiting_for_project_cpus",
    "waiting_for_project_gpus",
    "own_limit_exceeded",
    "project_limit_exceeded",
    "waiting_for_mlflow",
    "warm_launcher_starting",
    "warm_launcher_failed",
    "warm_launcher_unsafe",
    "warm_launcher_first_job",
    "warm_launcher_recipe",
    "warm_launcher_variable",
    "sweep_space_empty",
    "sweep_grid_too_large",
    "sweep_not_active",
    "sweep_active",
    "sweep_failed",
    "model_unsafe",
    "weights_unwritable",
    "model_not_ready",
    "report_missing",
    "report_rows_missing",
    "rows_differ",
    "quota_jobs",
    "mlflow_unavailable",
    "points_waiting",
    "mlflow_closed",
    "mlflow_not_implemented",
    "mlflow_parameter_missing",
    "mlflow_reserved_key",
    "mlflow_source_refused",
    "mlflow_artifact_name",
    "mlflow_query_refused",
    "mlflow_busy",
    "model_exists",
    "model_refused",
    "model_name_refused",
    "alias_refused",
    "version_aliased",
    "model_aliased",
    "alias_protected",
    "alias_not_protected",
    "alias_held",
    "alias_moved",
    "already_there",
    "nothing_before",
    "own_request",
    "request_open",
    "request_not_open",
    "requester_may_not",
    "gates_failed",
    "rules_unreadable",
    "rules_moved",
    "gate_version_gone",
    "gate_no_report",
    "gate_chosen_on_these",
    "gate_metric_missing",
    "gate_metric_unknown",
    "gate_metric_short",
    "gate_other_rows",
    "gate_champion_unreported",
    "gate_other_data",
    "gate_other_split",
    "gate_rows_missing",
    "gate_worse",
    "gate_interrupted",
    "gate_card_unfilled",
    "card_moved",
    "dataset_not_for_model",
    "evaluation_elsewhere",
    "transfer_running",
    "job_registered",
    "job_of_sweep",
    "job_resumed_now",
    "copy_differs",
    "run_changed",
]


FileSuffix: TypeAlias = Literal[
    ".csv",
    ".tsv",
    ".txt",
    ".parquet",
    ".pq",
    ".arrow",
    ".arrows",
    ".feather",
    ".ipc",
    ".jsonl",
    ".ndjson",
    ".json",
    ".xlsx",
    ".npz",
    ".zip",
    ".tar",
    ".tar.gz",
    ".csv.gz",
    ".tsv.gz",
    ".jsonl.gz",
    ".ndjson.gz",
    ".json.gz",
    ".tgz",
]


Int64: TypeAlias = int | str


JobState: TypeAlias = Literal["queued", "starting", "running", "stopping", "succeeded", "failed", "stopped", "lost"]


LaunchKind: TypeAlias = Literal["warm", "cold"]


LauncherName: TypeAlias = Literal["local", "local-cold"]


MetricValue: TypeAlias = float | Literal["NaN", "Infinity", "-Infinity"]


ModelRequestState: TypeAlias = Literal["checking", "failed", "waiting", "done", "refused", "withdrawn", "overtaken"]


class Origin1(TypedDict):
    kind: Literal["upload"]


class Origin2(TypedDict):
    kind: Literal["url"]
    url: NotRequired[str]
    source_id: NotRequired[str]


class Origin3(TypedDict):
    kind: Literal["sql"]
    connection: NotRequired[str]
    query: NotRequired[str]


class Origin4(TypedDict):
    kind: Literal["file"]
    path: NotRequired[str]


class Origin5(TypedDict):
    kind: Literal["source"]
    source_id: str


class Origin6(TypedDict):
    kind: Literal["reread"]
    version: int


Origin: TypeAlias = Origin1 | Origin2 | Origin3 | Origin4 | Origin5 | Origin6


Priority: TypeAlias = Literal["low", "normal", "high"]


ProjectRole: TypeAlias = Literal["owner", "editor", "viewer"]


ProjectsChanged: TypeAlias = dict[str, Any]


SignUpMode: TypeAlias = Literal["first", "open", "invitation", "closed"]


class SubscribeAck1(TypedDict):
    ok: Literal[True]
    seq: int
    reload: bool


class SubscribeAck2(TypedDict):
    ok: Literal[False]
    code: str


SubscribeAck: TypeAlias = SubscribeAck1 | SubscribeAck2


class SweepDimension1(TypedDict):
    kind: Literal["choice"]
    values: list[str | float | bool]


class SweepDimension2(TypedDict):
    kind: Literal["float"]
    low: float
    high: float
    log: NotRequired[bool]


class SweepDimension3(TypedDict):
    kind: Literal["int"]
    low: int
    high: int
    log: NotRequired[bool]


SweepDimension: TypeAlias = SweepDimension1 | SweepDimension2 | SweepDimension3


class SweepDimensionOutput1(TypedDict):
    kind: Literal["choice"]
    values: list[str | float | bool]


class SweepDimensionOutput2(TypedDict):
    kind: Literal["float"]
    low: float
    high: float
    log: bool


class SweepDimensionOutput3(TypedDict):
    kind: Literal["int"]
    low: int
    high: int
    log: bool


SweepDimensionOutput: TypeAlias = SweepDimensionOutput1 | SweepDimensionOutput2 | SweepDimensionOutput3


SweepMethod: TypeAlias = Literal["grid", "random", "tpe"]


SweepPruner: TypeAlias = Literal["none", "median", "successive_halving"]


SweepState: TypeAlias = Literal["running", "stopping", "succeeded", "failed", "stopped"]


TokenScope: TypeAlias = Literal["read", "train", "models", "call", "admin"]


class AliasRulesNotWorse(TypedDict):
    metric: str
    margin: NotRequired[float]
    interval: NotRequired[bool]


class AliasRules(TypedDict):
    report: NotRequired[bool]
    test_rows: NotRequired[bool]
    metrics: NotRequired[list[GateMetric]]
    not_worse: NotRequired[AliasRulesNotWorse | None]
    card: NotRequired[bool]
    approval: NotRequired[Literal["another", "if_there_is_another", "none"]]


class AliasRulesOutputNotWorse(TypedDict):
    metric: str
    margin: float
    interval: bool


class AliasRulesOutput(TypedDict):
    report: bool
    test_rows: bool
    metrics: list[GateMetricOutput]
    not_worse: AliasRulesOutputNotWorse | None
    card: bool
    approval: Literal["another", "if_there_is_another", "none"]


class ApiToken(TypedDict):
    token_id: str
    name: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    last_used_from: str | None
    scopes: list[TokenScope] | None
    project_id: str | None


class ApproveRequest(TypedDict):
    reason: NotRequired[str]


class Best(TypedDict):
    key: str
    value: float
    epoch: NotRequired[int]


class CardFactsJob(TypedDict):
    job_id: str
    name: str


class CardFactsDataset(TypedDict):
    name: str
    version: int | None
    sha256: str | None
    rows: int | None
    columns: int | None
    source: str | None
    license: str | None
    split_id: str | None


class CardFactsEvaluation(TypedDict):
    part: Literal["test", "validation", "all"]
    chosen_on_these: bool
    rows: int
    level: float
    metrics: dict[str, ReportFigure]


class CardFactsLimitsItem(TypedDict):
    en: str
    fa: str


class CardFacts(TypedDict):
    task: Literal["classification", "regression"] | None
    recipe: str | None
    script: str | None
    job: CardFactsJob | None
    dataset: CardFactsDataset | None
    evaluation: CardFactsEvaluation | None
    target: str | None
    columns: list[str]
    column_count: int | None
    classes: list[str]
    limits: list[CardFactsLimitsItem]
    trained_by: Owner | None
    trained_at: str | None
    registered_by: Owner | None
    registered_at: str


class CardFields(TypedDict):
    intended_use: NotRequired[str]
    out_of_scope: NotRequired[str]
    limitations: NotRequired[str]
    data_notes: NotRequired[str]
    ethics: NotRequired[str]
    license: NotRequired[str]
    contact: NotRequired[str]


class CardFieldsOutput(TypedDict):
    intended_use: str
    out_of_scope: str
    limitations: str
    data_notes: str
    ethics: str
    license: str
    contact: str


class CardRevision(TypedDict):
    revision: int
    fields: CardFieldsOutput
    changed: list[CardField]
    changed_by: Owner
    changed_at: str


class CardRevisionPage(TypedDict):
    items: list[CardRevision]
    next_cursor: str | None


class ChangeDatasetRequest(TypedDict):
    name: NotRequired[str]
    tags: NotRequired[list[str]]


class ChangeJobRequest(TypedDict):
    name: NotRequired[str]
    note: NotRequired[str]
    note_was: NotRequired[str]
    tags: NotRequired[list[str]]


class ClassificationReportConfusedItem(TypedDict):
    truth: str
    answer: str
    rows: int


class ClassificationReportPerClassItem(TypedDict):
    name: str
    rows: int
    precision: float
    recall: float
    f1: float


class ClassificationReportCalibrationBinsItem(TypedDict):
    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


class ClassificationReportCalibration(TypedDict):
    bins: list[ClassificationReportCalibrationBinsItem]
    expected_calibration_error: float


class ClassificationReportCurvesRocItem(TypedDict):
    false_positive_rate: float
    true_positive_rate: float


class ClassificationReportCurvesPrecisionRecallItem(TypedDict):
    recall: float
    precision: float


class ClassificationReportCurves(TypedDict):
    roc: list[ClassificationReportCurvesRocItem]
    precision_recall: list[ClassificationReportCurvesPrecisionRecallItem]


class ClassificationReportWorstItem(TypedDict):
    row: int
    loss: float
    truth: str
    answer: str
    probability: float
    probability_of_truth: float


class ClassificationReportLabelErrorsFirstItem(TypedDict):
    row: int
    truth: str
    answer: str
    probability: float
    probability_of_truth: float


class ClassificationReportLabelErrors(TypedDict):
    rows: int
    first: list[ClassificationReportLabelErrorsFirstItem]


class ClassificationReportSlicesItem(TypedDict):
    column: str
    value: NotRequired[str | None]
    low: NotRequired[float]
    high: NotRequired[float]
    missing: NotRequired[bool]
    rows: int
    loss: float
    loss_elsewhere: float


class ClassificationReportImportanceItem(TypedDict):
    column: str
    growth: float | None
    spread: float | None


class ClassificationReport(TypedDict):
    task: Literal["classification"]
    classes: list[str]
    confusion: list[list[int]] | None
    confused: list[ClassificationReportConfusedItem]
    per_class: list[ClassificationReportPerClassItem]
    calibration: ClassificationReportCalibration
    curves: ClassificationReportCurves | None
    worst: list[ClassificationReportWorstItem]
    label_errors: ClassificationReportLabelErrors
    format: Literal[1]
    part: Literal["test", "validation", "all"]
    chosen_on_these: bool
    rows: int
    level: float
    resamples: int
    seed: int
    metrics: dict[str, ReportFigure]
    baselines: NotRequired[list[ReportBaseline]]
    learned_from: NotRequired[ReportLearnedFrom]
    judged_on: NotRequired[ReportJudgedOn]
    slices: NotRequired[list[ClassificationReportSlicesItem]]
    importance: NotRequired[list[ClassificationReportImportanceItem]]


class CloneRequest(TypedDict):
    name: NotRequired[str]
    params: NotRequired[dict[str, Any]]
    secrets: NotRequired[dict[str, str]]


class ColumnTextScripts(TypedDict):
    arabic: float
    latin: float
    digits: float
    other: float


class ColumnText(TypedDict):
    min_length: int
    mean_length: float
    max_length: int
    scripts: ColumnTextScripts


class ColumnWritten(TypedDict):
    decimal: NotRequired[Literal[".", ",", "/"]]
    percent: NotRequired[bool]
    currency: NotRequired[str]
    order: NotRequired[Literal["ymd", "dmy", "mdy"]]
    months: NotRequired[bool]


class ColumnTopItem(TypedDict):
    value: str
    count: int


class Column(TypedDict):
    name: str
    type: Literal["integer", "number", "boolean", "text", "category", "date", "datetime"]
    missing: int
    distinct: int
    direction: Literal["ltr", "rtl"]
    min: float | str | None
    max: float | str | None
    mean: float | None
    std: NotRequired[float | None]
    quantiles: NotRequired[list[float]]
    histogram: NotRequired[Histogram]
    text: NotRequired[ColumnText]
    calendar: NotRequired[Literal["jalali"]]
    written: NotRequired[ColumnWritten]
    top: list[ColumnTopItem]


class CompareRequest(TypedDict):
    job_ids: list[str]
    metrics: NotRequired[list[str]]
    buckets: NotRequired[int]


class ComparedJobScript(TypedDict):
    path: str
    args: list[str]


class ComparedJobDataset(TypedDict):
    dataset_id: str
    name: str | None
    version: int | None
    sha256: str | None
    split_id: str | None


class ComparedJob(TypedDict):
    job_id: str
    name: str
    state: JobState
    recipe: str | None
    script: ComparedJobScript | None
    params: dict[str, Any]
    dataset: ComparedJobDataset | None
    owner: Owner
    created_at: str
    started_at: str | None
    ended_at: str | None
    seq: int | None
    began: float | None
    points_missing: NotRequired[Literal["mlflow_unavailable"]]
    series: list[ComparedSeries]
    report: ComparedReport | None


class ComparedMetric(TypedDict):
    key: str
    better: Literal["max", "min"] | None
    jobs: int


class ComparedReport(TypedDict):
    part: Literal["test", "validation", "all"]
    chosen_on_these: bool
    rows: int
    metrics: dict[str, ReportFigure]


class ComparedSeries(TypedDict):
    metric: int
    points: int
    not_finite: int
    last: MetricValue
    first_step: float
    last_step: float
    min: float | None
    min_step: float | None
    max: float | None
    max_step: float | None
    buckets: int
    width: int
    axis: int
    at: int


class Comparison(TypedDict):
    jobs: list[ComparedJob]
    not_found: list[str]
    metrics: list[ComparedMetric]
    names: list[str]
    name_count: int


class Connection(TypedDict):
    connection_id: str
    name: str
    kind: Literal["postgresql", "sqlite"]
    address: str
    created_at: str


class ConnectionPage(TypedDict):
    items: list[Connection]
    next_cursor: str | None


class ConnectionRequest(TypedDict):
    name: str
    url: str


class CopyDatasetRequest(TypedDict):
    project_id: str
    name: NotRequired[str]


class CreateInvitationRequest(TypedDict):
    role: ProjectRole
    expires_in_days: NotRequired[int]
    email: NotRequired[str]


class CreateModelRequest(TypedDict):
    description: NotRequired[str]
    tags: NotRequired[dict[str, str | None]]
    name: str


class CreateProjectRequest(TypedDict):
    name: str


class CreateTokenRequest(TypedDict):
    name: str
    expires_in_days: NotRequired[int]
    scopes: NotRequired[list[TokenScope]]
    project_id: NotRequired[str]


class DatasetWarningsItem(TypedDict):
    code: str
    detail: str
    detail_fa: str
    params: NotRequired[dict[str, str | float]]
    column: NotRequired[str]


class DatasetPending(TypedDict):
    version: int
    state: Literal["uploading", "profiling", "ready", "failed"]
    error: Failure | None


class Dataset(TypedDict):
    dataset_id: str
    name: str
    filename: str
    format: Literal["csv", "tsv", "parquet", "arrow", "jsonl", "excel", "npz", "text", "images"] | None
    kind: Literal["tabular", "images"] | None
    size_bytes: int
    sha256: str | None
    rows: int | None
    columns: int | None
    encoding: str | None
    suggested_target: str | None
    warnings: list[DatasetWarningsItem]
    state: Literal["uploading", "profiling", "ready", "failed"]
    error: Failure | None
    source_id: str | None
    version: int
    versions: int
    pending: DatasetPending | None
    tags: list[str]
    shared: Literal["nobody", "people", "everyone"]
    mine: bool
    owner: Owner
    created_at: str


class DatasetChanged(TypedDict):
    dataset: Dataset
    deleted: bool


class DatasetPage(TypedDict):
    items: list[Dataset]
    next_cursor: str | None


class DatasetPreviewColumnsItem(TypedDict):
    name: str
    type: Literal["integer", "number", "boolean", "text", "category", "date", "datetime"]
    direction: Literal["ltr", "rtl"]
    calendar: NotRequired[Literal["jalali"]]


class DatasetPreviewImagesItem(TypedDict):
    class_name: str
    filename: str
    data_url: str


class DatasetPreview(TypedDict):
    dataset_id: str
    columns: list[DatasetPreviewColumnsItem]
    rows: list[list[str | float | bool | None]]
    offset: int
    total_rows: int
    images: list[DatasetPreviewImagesItem]


class DatasetProfileClassesItem(TypedDict):
    name: str
    count: int


class DatasetProfileImages(TypedDict):
    widths: Histogram
    heights: Histogram
    grey: int


class DatasetProfileParts(TypedDict):
    train: int
    validation: int
    test: int


class DatasetProfile(TypedDict):
    dataset_id: str
    rows: int
    columns: list[Column]
    classes: list[DatasetProfileClassesItem]
    images: NotRequired[DatasetProfileImages]
    parts: NotRequired[DatasetProfileParts]


class DatasetProfileEvent(TypedDict):
    dataset_id: str
    version: int
    columns: list[Column]
    rows: int
    done: int
    total: int


class DatasetTombstoneKeptItemJobsItem(TypedDict):
    job_id: str
    name: str
    has_model: bool


class DatasetTombstoneKeptItem(TypedDict):
    version: int
    size_bytes: int
    jobs: list[DatasetTombstoneKeptItemJobsItem]


class DatasetTombstone(TypedDict):
    dataset_id: str
    freed_bytes: int
    kept: list[DatasetTombstoneKeptItem]


class DatasetVersionWarningsItem(TypedDict):
    code: str
    detail: str
    detail_fa: str
    params: NotRequired[dict[str, str | float]]
    column: NotRequired[str]


class DatasetVersion(TypedDict):
    version_id: str
    dataset_id: str
    version: int
    state: Literal["uploading", "profiling", "ready", "failed"]
    error: Failure | None
    filename: str
    format: Literal["csv", "tsv", "parquet", "arrow", "jsonl", "excel", "npz", "text", "images"] | None
    kind: Literal["tabular", "images"] | None
    size_bytes: int
    sha256: str | None
    data_sha256: str | None
    rows: int | None
    columns: int | None
    encoding: str | None
    warnings: list[DatasetVersionWarningsItem]
    reading: ReadingOutput
    origin: Origin
    splits: list[Split]
    jobs: int
    models: int
    deleted: bool
    freed: bool
    created_by: Owner
    created_at: str


class DatasetVersionPage(TypedDict):
    items: list[DatasetVersion]
    next_cursor: str | None


class DeletedJobs(TypedDict):
    deleted: list[str]
    refused: list[RefusedJob]
    restorable_until: str


class DeletedProjectDeletedBy(TypedDict):
    user_id: str
    name: str


class DeletedProject(TypedDict):
    project_id: str
    name: str
    deleted_at: str
    deleted_by: DeletedProjectDeletedBy | None
    purged_after: str
    jobs_stopping: int


class EmailChange(TypedDict):
    current_password: str
    email: str


class EvaluateRequest(TypedDict):
    dataset_id: str
    dataset_version: NotRequired[int]
    split_id: NotRequired[str]
    name: NotRequired[str]


class Failure(TypedDict):
    code: ErrorCode
    detail: str
    detail_fa: str
    params: NotRequired[dict[str, str | float]]


class GateMetric(TypedDict):
    metric: str
    at_least: NotRequired[float]
    at_most: NotRequired[float]
    interval: NotRequired[bool]


class GateMetricOutput(TypedDict):
    metric: str
    at_least: NotRequired[float]
    at_most: NotRequired[float]
    interval: bool


class Histogram(TypedDict):
    edges: list[float | str]
    counts: list[int]


class ImportFileRequest(TypedDict):
    path: str
    name: NotRequired[str]
    dataset_id: NotRequired[str]
    reading: NotRequired[Reading]


class ImportSqlRequest(TypedDict):
    connection_id: str
    query: str
    name: NotRequired[str]
    dataset_id: NotRequired[str]
    reading: NotRequired[Reading]


class ImportUrlRequest(TypedDict):
    url: str
    name: NotRequired[str]
    dataset_id: NotRequired[str]
    reading: NotRequired[Reading]


class InvitationCreatedBy(TypedDict):
    user_id: str
    name: str


class InvitationUsedBy(TypedDict):
    user_id: str
    name: str


class Invitation(TypedDict):
    invitation_id: str
    role: ProjectRole
    state: Literal["open", "used", "revoked", "expired"]
    created_by: InvitationCreatedBy
    created_at: str
    expires_at: str
    sent_to: str | None
    used_by: InvitationUsedBy | None


class InvitationOffer(TypedDict):
    project_name: str
    invited_by: str
    role: ProjectRole
    expires_at: str


class InvitationToken(TypedDict):
    token: str


class JobScript(TypedDict):
    path: str
    args: list[str]
    cwd: NotRequired[str]
    env: NotRequired[dict[str, str]]
    secrets: NotRequired[list[str]]


class Job(TypedDict):
    job_id: str
    name: str
    state: JobState
    recipe: str | None
    script: JobScript | None
    dataset_id: str | None
    dataset_name: str | None
    dataset_version: int | None
    dataset_sha256: str | None
    split_id: str | None
    params: dict[str, Any]
    resources: Resources | None
    progress: Progress
    metrics: dict[str, MetricValue]
    metric_count: int
    message: str | None
    priority: Priority
    queue_position: int | None
    waiting: Failure | None
    launch: LaunchKind | None
    launch_note: Failure | None
    error: Failure | None
    exit_code: int | None
    signal: str | None
    peak_memory_bytes: int | None
    cpu_seconds: float | None
    mlflow_run_id: str | None
    mlflow_experiment_id: str | None
    pruned: bool
    has_model: bool
    can_resume: bool
    parent_job_id: str | None
    resumed_from: str | None
    sweep_id: str | None
    copied_from: str | None
    note: str
    tags: list[str]
    owner: Owner
    created_at: str
    started_at: str | None
    first_step_at: str | None
    ended_at: str | None
    deleted_at: NotRequired[str]


class JobChanged(TypedDict):
    job: Job
    deleted: bool


JobEvent = TypedDict(
    "JobEvent",
    {
        "event_id": "int",
        "at": "str",
        "from": "JobState | None",
        "to": "JobState",
        "detail": "str | None",
        "detail_fa": "str | None",
    },
)


class JobEventPage(TypedDict):
    items: list[JobEvent]
    next_cursor: None


class JobGap(TypedDict):
    job_id: str
    seq: int


class JobIds(TypedDict):
    job_ids: list[str]


class JobLog(TypedDict):
    job_id: str
    offset: int
    next_offset: int
    text: str


class JobPage(TypedDict):
    items: list[Job]
    next_cursor: str | None


class JobUpdate(TypedDict):
    job_id: str
    seq: int
    state: JobState
    progress: Progress
    epoch: NotRequired[int]
    step: NotRequired[int]
    eta_seconds: NotRequired[float | None]
    metrics: list[MetricPoint]
    message: NotRequired[str]


class KeysRotated(TypedDict):
    since: str


class LaunchPlanResources(TypedDict):
    cpus: int
    memory_mb: int
    gpus: int
    time_limit_seconds: int | None


class LaunchPlan(TypedDict):
    argv: list[str]
    cwd: str
    env: dict[str, str]
    python: str
    launch: LaunchKind
    launch_note: Failure | None
    params: dict[str, Any]
    resources: LaunchPlanResources
    jobs_before: int
    waiting: Failure | None


class LeaveRequest(TypedDict):
    current_password: str
    hand_to: NotRequired[str]


class Leaving(TypedDict):
    last_admin: bool
    sweeps: list[str]
    hand_over: ProjectsToHandOver
    stays: int


class LedgerActor(TypedDict):
    kind: Literal["user", "job", "server"]
    id: str
    name: str
    credential: str | None


class LedgerObject(TypedDict):
    kind: str
    id: str


LedgerRow = TypedDict(
    "LedgerRow",
    {
        "seq": "int",
        "at": "str",
        "actor": "LedgerActor",
        "on_behalf_of": "str | None",
        "action": "str",
        "object": "LedgerObject",
        "project_id": "str | None",
        "before": "dict[str, str | int | bool | list[str] | None] | None",
        "after": "dict[str, str | int | bool | list[str] | None] | None",
        "reason": "str | None",
        "count": "int",
        "request_id": "str | None",
        "from": "str | None",
        "previous_hash": "str",
        "hash": "str",
    },
)


class LedgerVerdictHead(TypedDict):
    seq: int
    hash: str


class LedgerVerdictBroken(TypedDict):
    seq: int
    why: Literal["missing", "not_linked", "changed"]


class LedgerVerdict(TypedDict):
    rows: int
    head: LedgerVerdictHead | None
    broken: LedgerVerdictBroken | None


class Left(TypedDict):
    projects: int


class LimitUse(TypedDict):
    jobs: int
    cpus: int
    gpus: int
    bytes: int


class Limits(TypedDict):
    jobs: int | None
    cpus: int | None
    gpus: int | None
    bytes: int | None


class LimitsInUse(TypedDict):
    limits: Limits
    own: Limits
    use: LimitUse


class LineageJobsItemMetric(TypedDict):
    key: str
    value: float


class LineageJobsItem(TypedDict):
    job_id: str
    name: str
    state: str
    version: int
    split_id: str | None
    has_model: bool
    metric: LineageJobsItemMetric | None
    created_at: str


class Lineage(TypedDict):
    jobs: list[LineageJobsItem]
    next_cursor: str | None


class LogMatchesItemsItem(TypedDict):
    offset: int
    text: str


class LogMatches(TypedDict):
    items: list[LogMatchesItemsItem]
    next_offset: int | None


class LoginRequest(TypedDict):
    email: str
    password: str


class Mailed(TypedDict):
    address: str
    outcome: Literal["sent", "address_refused", "failed"]


class Member(TypedDict):
    user_id: str
    name: str
    email: str
    role: ProjectRole
    since: str


class MetricHistory(TypedDict):
    items: list[MetricPoint]
    seq: int


class MetricName(TypedDict):
    key: str
    points: int
    last: MetricPoint


class MetricNamePage(TypedDict):
    items: list[MetricName]
    next_cursor: str | None


class MetricPoint(TypedDict):
    key: str
    value: MetricValue
    step: Int64
    timestamp: Int64


class MlflowSession(TypedDict):
    expires_at: str
    path: str
    workspace: str


class ModelAlias(TypedDict):
    alias: str
    version: int
    protected: bool
    since: str | None
    by: Owner | None
    before: int | None


class ModelCard(TypedDict):
    name: str
    version: int
    revision: int
    fields: CardFieldsOutput
    missing: list[CardField]
    facts: CardFacts
    facts_current: bool
    changed_by: Owner | None
    changed_at: str | None


class ModelCheck(TypedDict):
    gate: Literal["version", "report", "test_rows", "metric", "not_worse", "card", "approval"]
    state: Literal["passed", "failed", "waiting"]
    metric: NotRequired[str]
    value: NotRequired[float]
    limit: NotRequired[float]
    paired: NotRequired[PairedFigures]
    why: Failure | None


class ModelDependentsJobsItem(TypedDict):
    job_id: str
    name: str


class ModelDependents(TypedDict):
    aliases: list[ModelAlias]
    versions: int
    jobs: list[ModelDependentsJobsItem]


class ModelLineage(TypedDict):
    job_id: str
    job_name: str
    recipe: str | None
    script: str | None
    dataset_id: str | None
    dataset_name: str | None
    dataset_version: int | None
    dataset_sha256: str | None
    split_id: str | None
    best_metric: Best | None
    size_bytes: int | None
    trained_by: Owner
    trained_at: str


class ModelMove(TypedDict):
    move_id: str
    name: str
    alias: str
    kind: Literal["promote", "roll_back", "demote", "adopt", "lost"]
    from_version: int | None
    to_version: int | None
    request_id: str | None
    why: str
    by: Owner
    at: str


class ModelMovePage(TypedDict):
    items: list[ModelMove]
    next_cursor: str | None


class ModelRequest(TypedDict):
    request_id: str
    name: str
    version: int
    alias: str
    state: ModelRequestState
    why: str
    checks: list[ModelCheck]
    from_version: int | None
    requested_by: Owner
    requested_at: str
    decided_by: Owner | None
    decided_at: str | None
    reason: str | None


class ModelRequestChanged(TypedDict):
    request: ModelRequest


class ModelRequestPage(TypedDict):
    items: list[ModelRequest]
    next_cursor: str | None


class ModelRulesChangedBy(TypedDict):
    user_id: str
    name: str


class ModelRules(TypedDict):
    aliases: dict[str, AliasRulesOutput]
    yaml: str
    revision: int
    changed_by: ModelRulesChangedBy | None
    changed_at: str | None


class ModelVersionRegisteredBy(TypedDict):
    user_id: str
    name: str


class ModelVersion(TypedDict):
    name: str
    version: int
    description: str
    tags: dict[str, str]
    aliases: list[str]
    status: str
    source: str
    model_uri: str
    mlflow_run_id: str | None
    lineage: ModelLineage | None
    job_deleted: bool
    dataset_deleted: bool
    registered_by: ModelVersionRegisteredBy | None
    created_at: str
    updated_at: str


class ModelVersionPage(TypedDict):
    items: list[ModelVersion]
    next_cursor: str | None
    current: bool


class ModelsChanged(TypedDict):
    name: str | None


class MoveDatasetRequest(TypedDict):
    project_id: str


class MyLimits(TypedDict):
    person: LimitsInUse
    project: LimitsInUse


class NewApiToken(TypedDict):
    token_id: str
    name: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    last_used_from: str | None
    scopes: list[TokenScope] | None
    project_id: str | None
    token: str


class NewInvitationCreatedBy(TypedDict):
    user_id: str
    name: str


class NewInvitationUsedBy(TypedDict):
    user_id: str
    name: str


class NewInvitation(TypedDict):
    invitation_id: str
    role: ProjectRole
    state: Literal["open", "used", "revoked", "expired"]
    created_by: NewInvitationCreatedBy
    created_at: str
    expires_at: str
    sent_to: str | None
    used_by: NewInvitationUsedBy | None
    token: str
    mailed: Mailed | None


class NewSession(TypedDict):
    token: str
    expires_at: str
    user: User
    project_id: NotRequired[str]


class Owner(TypedDict):
    user_id: str
    name: str


class PairedFigure(TypedDict):
    value: float
    rows: int


class PairedFigures(TypedDict):
    metric: str
    first: PairedFigure
    second: PairedFigure
    difference: float
    low: float
    high: float
    rows: int
    sentence: str
    sentence_fa: str


class PasswordChange(TypedDict):
    current_password: str
    password: str


class PatchMemberRequest(TypedDict):
    role: ProjectRole


class PatchModelRequest(TypedDict):
    description: NotRequired[str]
    tags: NotRequired[dict[str, str | None]]


class PatchProjectRequest(TypedDict):
    name: str


class PatchVersionRequest(TypedDict):
    description: NotRequired[str]
    tags: NotRequired[dict[str, str | None]]


class PersonChange(TypedDict):
    role: NotRequired[Literal["admin", "user"]]
    disabled: NotRequired[bool]


class PersonEntry(TypedDict):
    user_id: str
    email: str
    name: str
    role: Literal["admin", "user"]
    created_at: str
    disabled_at: str | None
    last_used_at: str | None
    sessions: int
    tokens: int


class ProblemErrorsItem(TypedDict):
    path: str
    message: str
    message_fa: NotRequired[str]
    code: str


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    detail_fa: str
    code: ErrorCode
    request_id: str
    params: NotRequired[dict[str, str | float]]
    errors: NotRequired[list[ProblemErrorsItem]]


class Progress(TypedDict):
    fraction: float | None
    epoch: int | None
    epochs: int | None
    step: int | None
    steps: int | None
    eta_seconds: float | None
    best: NotRequired[Best]


class Project(TypedDict):
    project_id: str
    name: str
    role: ProjectRole
    permissions: list[str]
    is_default: bool
    members: int
    workspace: str
    created_at: str


class ProjectContents(TypedDict):
    datasets: int
    shared_datasets: int
    dataset_bytes: int
    jobs_running: int
    jobs_ended: int
    models: int
    sweeps: int
    connections: int
    members: int
    kept_days: int


class ProjectToHandOver(TypedDict):
    project_id: str
    name: str
    members: int
    deleted_at: str | None


class ProjectsToHandOver(TypedDict):
    count: int
    items: list[ProjectToHandOver]


class PromotionRequest(TypedDict):
    version: int
    alias: str
    why: NotRequired[str]


class PutModelCardRequest(TypedDict):
    fields: CardFields
    revision: int


class PutModelRulesRequest(TypedDict):
    aliases: NotRequired[dict[str, AliasRules]]
    yaml: NotRequired[str]
    revision: int


class Python(TypedDict):
    python: str
    title: str
    executable: str
    is_default: bool


class PythonPage(TypedDict):
    items: list[Python]
    next_cursor: None


class QueryRequest(TypedDict):
    sql: str


class QueryResultColumnsItem(TypedDict):
    name: str
    type: str
    direction: Literal["ltr", "rtl"]


class QueryResult(TypedDict):
    columns: list[QueryResultColumnsItem]
    rows: list[list[str | float | bool | None]]
    truncated: bool
    seconds: float


class ReadingTypesValue(TypedDict):
    type: Literal["integer", "number", "boolean", "text", "category", "date", "datetime"]
    invalid: NotRequired[Literal["fail", "missing"]]
    decimal: NotRequired[Literal[".", ",", "/"]]
    order: NotRequired[Literal["ymd", "dmy", "mdy"]]
    calendar: NotRequired[Literal["gregorian", "jalali"]]


class Reading(TypedDict):
    encoding: NotRequired[
        Literal[
            "utf-8",
            "utf-16",
            "windows-1256",
            "windows-1252",
            "windows-1254",
            "windows-1251",
            "gb18030",
            "cp864",
            "iran-system",
            "utf-8-as-windows-1252",
            "utf-8-as-windows-1256",
        ]
    ]
    delimiter: NotRequired[Literal[",", ";", "\t", "|", "؛"]]
    header: NotRequired[bool]
    skip_rows: NotRequired[int]
    comment: NotRequired[str]
    header_rows: NotRequired[int]
    units: NotRequired[bool]
    normalise_persian: NotRequired[bool]
    unify: NotRequired[bool]
    sheet: NotRequired[str]
    missing: NotRequired[list[str]]
    types: NotRequired[dict[str, ReadingTypesValue]]


class ReadingOutputTypesValue(TypedDict):
    type: Literal["integer", "number", "boolean", "text", "category", "date", "datetime"]
    invalid: Literal["fail", "missing"]
    decimal: NotRequired[Literal[".", ",", "/"]]
    order: NotRequired[Literal["ymd", "dmy", "mdy"]]
    calendar: NotRequired[Literal["gregorian", "jalali"]]


class ReadingOutput(TypedDict):
    encoding: NotRequired[
        Literal[
            "utf-8",
            "utf-16",
            "windows-1256",
            "windows-1252",
            "windows-1254",
            "windows-1251",
            "gb18030",
            "cp864",
            "iran-system",
            "utf-8-as-windows-1252",
            "utf-8-as-windows-1256",
        ]
    ]
    delimiter: NotRequired[Literal[",", ";", "\t", "|", "؛"]]
    header: NotRequired[bool]
    skip_rows: NotRequired[int]
    comment: NotRequired[str]
    header_rows: NotRequired[int]
    units: NotRequired[bool]
    normalise_persian: NotRequired[bool]
    unify: NotRequired[bool]
    sheet: NotRequired[str]
    missing: NotRequired[list[str]]
    types: NotRequired[dict[str, ReadingOutputTypesValue]]


class ReadingPreviewColumnsItemWritten(TypedDict):
    decimal: NotRequired[Literal[".", ",", "/"]]
    percent: NotRequired[bool]
    currency: NotRequired[str]
    order: NotRequired[Literal["ymd", "dmy", "mdy"]]
    months: NotRequired[bool]


class ReadingPreviewColumnsItem(TypedDict):
    name: str
    type: Literal["integer", "number", "boolean", "text", "category", "date", "datetime"]
    direction: Literal["ltr", "rtl"]
    written: NotRequired[ReadingPreviewColumnsItemWritten]


class ReadingPreviewWarningsItem(TypedDict):
    code: str
    detail: str
    detail_fa: str
    params: NotRequired[dict[str, str | float]]
    column: NotRequired[str]


class ReadingPreviewChangesItem(TypedDict):
    column: str
    before: str
    after: str
    count: int


class ReadingPreviewEncodingsItem(TypedDict):
    encoding: str
    line: str


class ReadingPreview(TypedDict):
    reading: ReadingOutput
    columns: list[ReadingPreviewColumnsItem]
    rows: list[list[str | float | bool | None]]
    warnings: list[ReadingPreviewWarningsItem]
    changes: list[ReadingPreviewChangesItem]
    encodings: list[ReadingPreviewEncodingsItem]
    sheets: list[str]
    error: Failure | None


class Recipe(TypedDict):
    recipe: str
    version: str
    title: str
    title_fa: str
    description: str
    description_fa: str
    icon: Literal["table", "image", "code", "text"]
    dataset_kind: Literal["tabular", "images"] | None
    params_schema: dict[str, Any]
    primary_params: list[str]


class RecipePage(TypedDict):
    items: list[Recipe]
    next_cursor: None


class RefuseRequest(TypedDict):
    reason: str


class RefusedJob(TypedDict):
    job_id: str
    error: Failure


class RegisterRequest(TypedDict):
    email: str
    password: str
    name: NotRequired[str]
    signup_code: NotRequired[str]
    invitation: NotRequired[str]


class RegisterVersionRequest(TypedDict):
    job_id: str
    description: NotRequired[str]
    tags: NotRequired[dict[str, str]]


class RegisteredModel(TypedDict):
    name: str
    description: str
    tags: dict[str, str]
    aliases: list[ModelAlias]
    versions: int
    latest_version: int | None
    created_at: str
    updated_at: str


class RegisteredModelPage(TypedDict):
    items: list[RegisteredModel]
    next_cursor: str | None
    current: bool


class RegressionReportResidualsHistogram(TypedDict):
    edges: list[float]
    rows: list[int]


class RegressionReportResidualsDotsItem(TypedDict):
    truth: float | None
    answer: float | None


class RegressionReportResiduals(TypedDict):
    mean: float
    median: float
    histogram: RegressionReportResidualsHistogram
    dots: list[RegressionReportResidualsDotsItem]


class RegressionReportInterval(TypedDict):
    level: float
    half_width: float
    coverage: float


class RegressionReportWorstItem(TypedDict):
    row: int
    loss: float
    truth: float | None
    answer: float | None


class RegressionReportSlicesItem(TypedDict):
    column: str
    value: NotRequired[str | None]
    low: NotRequired[float]
    high: NotRequired[float]
    missing: NotRequired[bool]
    rows: int
    loss: float
    loss_elsewhere: float


class RegressionReportImportanceItem(TypedDict):
    column: str
    growth: float | None
    spread: float | None


class RegressionReport(TypedDict):
    task: Literal["regression"]
    residuals: RegressionReportResiduals
    interval: RegressionReportInterval | None
    worst: list[RegressionReportWorstItem]
    format: Literal[1]
    part: Literal["test", "validation", "all"]
    chosen_on_these: bool
    rows: int
    level: float
    resamples: int
    seed: int
    metrics: dict[str, ReportFigure]
    baselines: NotRequired[list[ReportBaseline]]
    learned_from: NotRequired[ReportLearnedFrom]
    judged_on: NotRequired[ReportJudgedOn]
    slices: NotRequired[list[RegressionReportSlicesItem]]
    importance: NotRequired[list[RegressionReportImportanceItem]]


class ReportBaselineGainsValue(TypedDict):
    value: float | None
    low: float | None
    high: float | None


class ReportBaseline(TypedDict):
    kind: Literal["majority", "mean", "linear"]
    rows: int
    columns: int | None
    metrics: dict[str, float | None]
    gains: dict[str, ReportBaselineGainsValue]
    verdict: Literal["better", "sure", "hardly", "worse", "unknown"]


class ReportFigure(TypedDict):
    value: float | None
    low: float | None
    high: float | None
    better: Literal["max", "min"]


class ReportJudgedOnUnknownItem(TypedDict):
    column: str
    values: int
    first: list[str]
    rows: int


class ReportJudgedOn(TypedDict):
    dataset_id: str
    dataset_name: str
    dataset_version: int | None
    dataset_sha256: str | None
    split_id: str | None
    rows_left_out: int
    unknown: list[ReportJudgedOnUnknownItem]


class ReportLearnedFromLeftOutItem(TypedDict):
    column: str
    reason: Literal["not_chosen", "empty", "constant", "free_text", "type"]
    values: int | None


class ReportLearnedFrom(TypedDict):
    columns: int
    rows_left_out: int
    columns_left_out: int
    left_out: list[ReportLearnedFromLeftOutItem]


class RereadRequest(TypedDict):
    version: NotRequired[int]
    reading: Reading


class ResetLink(TypedDict):
    token: str
    expires_at: str
    mailed: Mailed | None


class ResetLinkRequest(TypedDict):
    mail: NotRequired[bool]


class ResetRequest(TypedDict):
    token: str
    password: str


class Resources(TypedDict):
    cpus: NotRequired[int]
    memory_mb: NotRequired[int]
    gpus: NotRequired[int]
    time_limit_seconds: NotRequired[int]
    python: NotRequired[str]
    launcher: NotRequired[LauncherName]


class RestoredJobs(TypedDict):
    restored: list[Job]
    refused: list[RefusedJob]


class ResumeRequest(TypedDict):
    name: NotRequired[str]
    params: NotRequired[dict[str, Any]]
    secrets: NotRequired[dict[str, str]]


class RollBackRequest(TypedDict):
    why: NotRequired[str]
    from_version: NotRequired[int]


class ScriptRequest(TypedDict):
    path: str
    args: NotRequired[list[str]]
    cwd: NotRequired[str]
    env: NotRequired[dict[str, str]]
    secrets: NotRequired[dict[str, str]]


class ServerProject(TypedDict):
    project_id: str
    name: str
    owners: list[str]
    members: int


class ServerSettings(TypedDict):
    signup: SignUpMode
    signup_setting: SignUpMode


class ServerSettingsChange(TypedDict):
    signup: SignUpMode | None


class Session(TypedDict):
    token: str
    expires_at: str
    user: User


class SessionInfo(TypedDict):
    session_id: str
    created_at: str
    expires_at: str
    user_agent: str | None
    current: bool


class SetAliasRequest(TypedDict):
    version: int


class SharingPeopleItem(TypedDict):
    user_id: str
    email: str
    name: str


class SharingProjectsItem(TypedDict):
    project_id: str
    name: str


class Sharing(TypedDict):
    everyone: bool
    people: list[SharingPeopleItem]
    projects: list[SharingProjectsItem]


class SharingRequest(TypedDict):
    everyone: NotRequired[bool]
    emails: NotRequired[list[str]]
    project_ids: NotRequired[list[str]]


class SignOutRequest(TypedDict):
    tokens: NotRequired[bool]


class SignUp(TypedDict):
    open: bool
    first: bool
    code_required: bool
    invited: bool


class SignedOut(TypedDict):
    sessions: int
    tokens: int


class Source(TypedDict):
    source_id: str
    name: str
    name_fa: str
    description: str
    description_fa: str
    rows: int | None
    columns: int | None
    size_bytes: int | None
    task: Literal["classification", "regression"] | None
    target: str | None
    license: str
    origin: str


class SourcePage(TypedDict):
    items: list[Source]
    next_cursor: None


class SplitRows(TypedDict):
    train: int
    validation: int
    test: int


class SplitWarningsItem(TypedDict):
    code: str
    detail: str
    detail_fa: str
    params: NotRequired[dict[str, str | float]]
    column: NotRequired[str]


class Split(TypedDict):
    split_id: str
    version: int
    method: Literal["ratio", "stratified", "group", "time", "given"]
    train: float
    validation: float
    test: float
    column: NotRequired[str]
    seed: int
    rows: SplitRows
    sha256: str
    is_default: bool
    warnings: list[SplitWarningsItem]
    created_at: str


class SplitRequest(TypedDict):
    method: NotRequired[Literal["ratio", "stratified", "group", "time", "given"]]
    train: NotRequired[float]
    validation: NotRequired[float]
    test: NotRequired[float]
    column: NotRequired[str]
    seed: NotRequired[int]
    make_default: NotRequired[bool]


class StopRequest(TypedDict):
    job_id: str


class SubscribeJob(TypedDict):
    job_id: str
    after: NotRequired[int]


class SubscribeLog(TypedDict):
    job_id: str
    offset: int


class SweepMetric(TypedDict):
    key: str
    mode: Literal["max", "min"]


class SweepCounts(TypedDict):
    waiting: int
    running: int
    succeeded: int
    failed: int
    pruned: int
    stopped: int


class SweepBest(TypedDict):
    job_id: str
    value: float
    params: dict[str, Any]


class Sweep(TypedDict):
    sweep_id: str
    name: str
    state: SweepState
    recipe: str
    dataset_id: str
    dataset_name: str
    dataset_version: int | None
    split_id: str | None
    params: dict[str, Any]
    space: dict[str, SweepDimension]
    method: SweepMethod
    pruner: SweepPruner
    metric: SweepMetric | None
    trials: int
    parallel: int
    counts: SweepCounts
    best: SweepBest | None
    error: Failure | None
    mlflow_run_id: str | None
    mlflow_experiment_id: str | None
    owner: Owner
    created_at: str
    ended_at: str | None


class SweepChanged(TypedDict):
    sweep: SweepOutput
    deleted: bool


class SweepOutputMetric(TypedDict):
    key: str
    mode: Literal["max", "min"]


class SweepOutputCounts(TypedDict):
    waiting: int
    running: int
    succeeded: int
    failed: int
    pruned: int
    stopped: int


class SweepOutputBest(TypedDict):
    job_id: str
    value: float
    params: dict[str, Any]


class SweepOutput(TypedDict):
    sweep_id: str
    name: str
    state: SweepState
    recipe: str
    dataset_id: str
    dataset_name: str
    dataset_version: int | None
    split_id: str | None
    params: dict[str, Any]
    space: dict[str, SweepDimensionOutput]
    method: SweepMethod
    pruner: SweepPruner
    metric: SweepOutputMetric | None
    trials: int
    parallel: int
    counts: SweepOutputCounts
    best: SweepOutputBest | None
    error: Failure | None
    mlflow_run_id: str | None
    mlflow_experiment_id: str | None
    owner: Owner
    created_at: str
    ended_at: str | None


class SweepPage(TypedDict):
    items: list[SweepOutput]
    next_cursor: str | None


class SweepRequest(TypedDict):
    name: NotRequired[str]
    recipe: str
    dataset_id: str
    dataset_version: NotRequired[int]
    split_id: NotRequired[str]
    params: NotRequired[dict[str, Any]]
    space: dict[str, SweepDimension]
    method: NotRequired[SweepMethod]
    pruner: NotRequired[SweepPruner]
    trials: NotRequired[int]
    parallel: NotRequired[int]
    seed: NotRequired[int]
    resources: NotRequired[Resources]


class System(TypedDict):
    version: str
    mlflow: Literal["starting", "up", "down", "failed"]
    cpus: int
    memory_bytes: int
    gpus: int
    max_parallel_jobs: int
    disk_free_bytes: int
    storage_used_bytes: int
    workspace_dir: str | None
    launchers: NotRequired[list[LauncherName]]
    mail: NotRequired[bool]


class SystemChanged(TypedDict):
    mlflow: Literal["starting", "up", "down", "failed"]


class TrainRequest(TypedDict):
    name: NotRequired[str]
    recipe: NotRequired[str]
    script: NotRequired[ScriptRequest]
    dataset_id: NotRequired[str]
    dataset_version: NotRequired[int]
    split_id: NotRequired[str]
    params: NotRequired[dict[str, Any]]
    resources: NotRequired[Resources]
    priority: NotRequired[Priority]


class TrainedModel(TypedDict):
    job_id: str
    name: str
    recipe: str | None
    dataset_name: str | None
    dataset_id: str | None
    dataset_version: int | None
    split_id: str | None
    mlflow_run_id: str
    model_uri: str
    size_bytes: int | None
    best_metric: Best | None
    created_at: str


class TrainedModelPage(TypedDict):
    items: list[TrainedModel]
    next_cursor: str | None


class Transfer(TypedDict):
    transfer_id: str
    act: Literal["move", "copy"]
    kind: Literal["job"]
    object_id: str
    project_id: str
    state: Literal["running", "done", "failed"]
    done: int
    total: int
    result_id: str | None
    error: Failure | None
    created_at: str
    ended_at: str | None


class TransferRequest(TypedDict):
    project_id: str


class User(TypedDict):
    user_id: str
    email: str
    name: str
    role: Literal["admin", "user"]
    created_at: str


class VersionDiffRows(TypedDict):
    before: int
    after: int
    added: int
    removed: int


class VersionDiffColumnsRetypedItem(TypedDict):
    column: str
    before: str
    after: str


class VersionDiffMissingItem(TypedDict):
    column: str
    before: float
    after: float


class VersionDiffDistributionsItem(TypedDict):
    column: str
    measure: Literal["psi", "total_variation"]
    value: float


class VersionDiffClassesItem(TypedDict):
    name: str
    before: int
    after: int


VersionDiff = TypedDict(
    "VersionDiff",
    {
        "from": "int",
        "to": "int",
        "rows": "VersionDiffRows",
        "columns_added": "list[str]",
        "columns_removed": "list[str]",
        "columns_retyped": "list[VersionDiffColumnsRetypedItem]",
        "missing": "list[VersionDiffMissingItem]",
        "distributions": "list[VersionDiffDistributionsItem]",
        "classes": "list[VersionDiffClassesItem]",
    },
)


Report: TypeAlias = ClassificationReport | RegressionReport

export { thisMachine } from './queue/machine.js';
export type { Columns, Series } from './points/columns.js';
export { TERMINAL } from './records/states.js';
export { errorOf, modelFacts, modelOf, paramsOf, resourcesOf, scriptPathOf, stored } from './records/view.js';
export { givenTo } from './requests/new-job.js';
export type { RecipeParams } from './requests/params.js';
export type { ModelFile, ModelPlace, PackageTexts } from './model-download.js';
export type { JobModels } from './job-models.js';
export type { TrainingService } from './service.js';

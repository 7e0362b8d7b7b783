import { ResourceAlreadyExists, type MlflowClient } from 'mlflow-js-client';

/** The experiment of this name, which is made, or brought back from its trash, where it is not there. */
export async function experimentNamed({ experiments }: MlflowClient, name: string): Promise<string> {
  try {
    return (await experiments.create({ name })).experiment_id;
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExists)) throw error;
  }
  const { experiment } = await experiments.getByName({ experiment_name: name });
  // Its owner may have deleted it in MLflow's page; a new job brings it back.
  if (experiment.lifecycle_stage === 'deleted') await experiments.restore({ experiment_id: experiment.experiment_id });
  return experiment.experiment_id;
}

export async function nameOfExperiment({ experiments }: MlflowClient, experimentId: string): Promise<string> {
  return (await experiments.get({ experiment_id: experimentId })).experiment.name;
}

import { dressPage, mlflowHash } from './mlflow.js';

jest.mock('@jupyterlab/apputils', () => ({ MainAreaWidget: jest.fn() }));
jest.mock('@jupyterlab/ui-components', () => ({ IFrame: jest.fn() }));
jest.mock('../components/icons/labIcons.js', () => ({ labIcon: () => undefined }));

describe("MLflow's own page in a tab", () => {
  it('opens for the training of models, at the run or at the experiments of the workspace', () => {
    expect(mlflowHash({ experimentId: '7', runId: 'r/1' }, 'w-1')).toBe(
      '#/experiments/7/runs/r%2F1?workspace=w-1&workflowType=machine_learning',
    );
    expect(mlflowHash({}, 'w-1')).toBe('#/experiments?workspace=w-1&workflowType=machine_learning');
  });

  it('says whose workspace it is wherever the page writes its id, also later, and leaves all other text', async () => {
    const page = document.implementation.createHTMLDocument();
    page.body.innerHTML = '<button>w-z3x14</button><p>runs of w-z3x14</p>';
    dressPage(page, 'w-z3x14', 'سارا');
    expect(page.querySelector('button')?.textContent).toBe('سارا');
    expect(page.querySelector('p')?.textContent).toBe('runs of w-z3x14');
    const later = page.body.appendChild(page.createElement('span'));
    later.textContent = 'w-z3x14';
    await Promise.resolve();
    expect(later.textContent).toBe('سارا');
  });
});

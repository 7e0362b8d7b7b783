import { ReactWidget } from '@jupyterlab/apputils';
import type { ReactElement } from 'react';
import { ErrorBoundary } from '../components/ErrorBoundary.js';
import { Gate } from '../components/Gate.js';
import { KargahRoot } from '../context.js';
import type { Kargah } from '../tokens.js';

/** A tab of ours in the main area. */
export class PageWidget extends ReactWidget {
  constructor(
    private readonly kargah: Kargah,
    private readonly page: ReactElement,
    private readonly open: boolean,
  ) {
    super();
    this.addClass('kg-Host');
  }

  protected override render(): JSX.Element {
    return (
      <KargahRoot kargah={this.kargah} className="kg-Page">
        <ErrorBoundary>{this.open ? this.page : <Gate>{this.page}</Gate>}</ErrorBoundary>
      </KargahRoot>
    );
  }
}

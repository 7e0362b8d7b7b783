import { ReactWidget } from '@jupyterlab/apputils';
import { type Attributes, type ComponentType, createElement, type ReactElement } from 'react';
import { deferred } from '../components/deferred.js';
import { ErrorBoundary } from '../components/ErrorBoundary.js';
import { Gate } from '../components/Gate.js';
import { KargahRoot } from '../context.js';
import type { IKargah } from '../tokens.js';

/** A tab of ours in the main area; its code is loaded when it is first drawn. */
export class PageWidget extends ReactWidget {
  private constructor(
    private readonly kargah: IKargah,
    private readonly page: ReactElement,
  ) {
    super();
    this.addClass('kg-host');
  }

  static of<P extends object>(
    kargah: IKargah,
    load: () => Promise<{ default: ComponentType<P> }>,
    props: P & Attributes,
  ): PageWidget {
    return new PageWidget(kargah, createElement(deferred(load), props));
  }

  protected override render(): JSX.Element {
    return (
      <KargahRoot kargah={this.kargah} className="kg-main">
        <ErrorBoundary>
          <Gate>{this.page}</Gate>
        </ErrorBoundary>
      </KargahRoot>
    );
  }
}

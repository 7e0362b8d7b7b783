import { ReactWidget } from '@jupyterlab/apputils';
import {
  type Attributes,
  type ComponentType,
  createElement,
  type FunctionComponent,
  lazy,
  type ReactElement,
  Suspense,
} from 'react';
import { ErrorBoundary } from '../components/ErrorBoundary.js';
import { Gate } from '../components/Gate.js';
import { Skeleton } from '../components/Note.js';
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
    const Page: FunctionComponent<P> = lazy(load) as unknown as FunctionComponent<P>;
    return new PageWidget(kargah, createElement(Page, props));
  }

  protected override render(): JSX.Element {
    return (
      <KargahRoot kargah={this.kargah} className="kg-main">
        <ErrorBoundary>
          <Gate>
            <Suspense fallback={<Skeleton />}>{this.page}</Suspense>
          </Gate>
        </ErrorBoundary>
      </KargahRoot>
    );
  }
}

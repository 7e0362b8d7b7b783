import { Component, type ContextType, type ReactNode } from 'react';
import { I18nContext } from '../i18n/context.js';
import { Button } from './controls/Button.js';
import { Note } from './Note.js';
import { Code } from './Text.js';

/** A part that cannot be drawn says so, and can be tried again, instead of leaving an empty tab. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { failure: Error | null }> {
  static override contextType = I18nContext;
  declare context: ContextType<typeof I18nContext>;
  override state: { failure: Error | null } = { failure: null };

  static getDerivedStateFromError(failure: Error): { failure: Error } {
    return { failure };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) {
      return this.props.children;
    }
    const { t } = this.context;
    return (
      <Note
        tone="bad"
        icon="err"
        title={t('error.render')}
        actions={<Button size="small" label={t('action.retry')} onClick={() => this.setState({ failure: null })} />}
      >
        <Code>{failure.message}</Code>
      </Note>
    );
  }
}

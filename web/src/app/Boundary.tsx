// SPDX-License-Identifier: Apache-2.0
import { Component, type ReactNode } from 'react';
import { texts } from '../text';
import { Centered } from '../ui/Centered';

/** A fault of the page leaves a sentence, not a blank screen. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <Centered><p role="alert">{texts().pageFault}</p></Centered>;
  }
}

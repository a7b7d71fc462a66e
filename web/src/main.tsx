// SPDX-License-Identifier: Apache-2.0
import './theme/theme';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import './theme/tokens.css';

const page = document.getElementById('page');
if (!page) throw new Error('index.html has no #page.');
createRoot(page).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

// Folders that do not know each other: what they have in common is the current frame (frame/), the geometry and the
// interface's types.
const apart = { player: ['point', 'mask', 'strip', 'sheet'], point: ['player', 'mask', 'strip', 'sheet'],
  mask: ['player', 'point', 'strip', 'sheet'], strip: ['player', 'point', 'mask', 'sheet'] };
const leaves = { geometry: [], frame: ['geometry'], text: ['api'], ui: ['api', 'geometry', 'text'], api: [] };
const folders = ['account', 'api', 'app', 'frame', 'geometry', 'job', 'mask', 'player', 'point', 'sheet', 'stage', 'strip', 'text',
  'ui', 'upload', 'video', 'work'];

const forbid = (folder, others) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: others.map((other) => ({ group: [`../${other}/*`, `../../${other}/*`], message: `${folder} does not know ${other}.` })),
    }],
  },
});

export default ts.config(
  { ignores: ['dist', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.js'] }, tsconfigRootDir: fileURLToPath(new URL('.', import.meta.url)) } } },
  jsxA11y.flatConfigs.strict,
  reactHooks.configs['recommended-latest'],
  {
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off', // Of indices in loops: the compiler takes none for granted.
    },
  },
  ...Object.entries(apart).map(([folder, others]) => forbid(folder, others)),
  ...Object.entries(leaves).map(([folder, may]) => forbid(folder, folders.filter((other) => other !== folder && !may.includes(other)))),
  { files: ['*.js', '*.config.ts'], ...ts.configs.disableTypeChecked, languageOptions: { globals: { URL: 'readonly' } } },
);

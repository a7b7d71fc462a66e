// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Suite } from './suite';

const FRAME = { width: 960, height: 540 };
const COLLAR: [number, number] = [235, 262]; // Of the woman: what is meant may be the coat or all of her.

describe('the sample', () => {
  const suite = Suite.begin();

  it('is there to be tapped, and the tap may mean a part', async () => {
    const page = await suite.page();
    await suite.signIn(page);
    const picture = page.getByRole('img', { name: /sample clip/ });
    const box = await picture.boundingBox();
    if (!box) throw new Error('There is no sample.');
    const scale = box.width / FRAME.width;
    await picture.click({ position: { x: COLLAR[0] * scale, y: COLLAR[1] * scale } });

    const outline = page.locator('.mask-outline');
    await outline.waitFor();
    const whole = await outline.boundingBox();
    await page.getByText('A part', { exact: true }).click();
    await page.getByRole('radio', { name: 'A part' }).and(page.locator(':checked')).waitFor();
    const part = await outline.boundingBox();
    expect(part!.height).toBeLessThan(0.8 * whole!.height);

    const asked = page.waitForRequest('**/api/v1/segment');
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    const [point] = ((await asked).postDataJSON() as { points: { x: number; y: number; scale?: string }[] }).points;
    expect(point?.scale).toBe('part');
    expect(Math.hypot(point!.x - COLLAR[0], point!.y - COLLAR[1])).toBeLessThan(2 / scale);
    await page.getByRole('heading', { name: 'Done.' }).waitFor({ timeout: 120_000 });
  });
});

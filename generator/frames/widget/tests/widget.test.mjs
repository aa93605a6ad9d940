// SPDX-License-Identifier: GPL-3.0-or-later
// The AMD module in Node.js, with as much of a page as it touches; and the built module, where there is one, against the table.
import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import test from 'node:test';
import {runInNewContext} from 'node:vm';

const file = (name) => new URL(`../${name}`, import.meta.url);
const built = file('amd/build/widget.wasm');
// A module whose `needed` gives 7000, whatever it is given.
const STAND_IN = Uint8Array.from([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 127, 127, 127, 1, 127, 3, 2, 1, 0,
    7, 10, 1, 6, 110, 101, 101, 100, 101, 100, 0, 0, 10, 7, 1, 5, 0, 65, 216, 54, 11,
]);

/** The module of a page whose fields hold the values; its form, and what was asked for. */
const page = (values, bytes, ok = true) => {
    const [listeners, asked] = [{}, []];
    const output = {textContent: 'from the server', dataset: {needed: 'need {} %', reached: 'reached', impossible: 'too late'}};
    const form = {
        elements: Object.fromEntries(['current', 'weight', 'goal'].map((name, index) => [name, {value: values[index]}])),
        querySelector: () => output,
        addEventListener: (name, run) => {
            listeners[name] = run;
        },
    };
    let module;
    runInNewContext(readFileSync(file('amd/src/widget.js'), 'utf8'), {
        WebAssembly,
        define: (needs, make) => {
            assert.equal(needs.length, 0);
            module = make();
        },
        document: {querySelector: () => form},
        fetch: async(url, options) => {
            asked.push([url, options.integrity]);
            return {ok, status: 404, arrayBuffer: async() => bytes};
        },
    });
    return {module, form, listeners, output, asked};
};

test('the answer comes while one types, and the page is not left', async() => {
    const {module, listeners, output, asked} = page(['50', '50', '60'], STAND_IN);
    assert.equal(await module.start('#form', 'widget.wasm', 'sha384-x'), true);
    assert.deepEqual(asked, [['widget.wasm', 'sha384-x']]);
    assert.equal(output.textContent, 'from the server');
    listeners.input();
    assert.equal(output.textContent, 'need 70.00 %');
    let stayed = false;
    listeners.submit({preventDefault: () => {
        stayed = true;
    }});
    assert.equal(stayed, true);
});

test('what is no number has no answer', async() => {
    for (const text of ['', '-1', '1e1', '50.001', 'x']) {
        const {module, listeners, output} = page(['50', text, '60'], STAND_IN);
        await module.start('#form', 'widget.wasm', '');
        listeners.input();
        assert.equal(output.textContent, '', text);
    }
});

test('without the module the form is left to the server', async() => {
    for (const [bytes, ok] of [[Uint8Array.from([0, 1, 2, 3]), true], [STAND_IN, false]]) {
        const {module, listeners, output} = page(['50', '50', '60'], bytes, ok);
        assert.equal(await module.start('#form', 'widget.wasm', ''), false);
        assert.deepEqual([Object.keys(listeners), output.textContent], [[], 'from the server']);
    }
});

test('the built module is as the table says', {skip: !existsSync(built) && 'make build has not made it'}, async() => {
    const {instance} = await WebAssembly.instantiate(readFileSync(built), {});
    const cases = readFileSync(file('tests/cases.csv'), 'utf8').trim().split('\n').slice(1);
    for (const line of cases) {
        const [current, weight, goal, needed] = line.split(',');
        assert.equal(instance.exports.needed(+current, +weight, +goal), needed === '' ? -1 : +needed, line);
    }
});

// SPDX-License-Identifier: GPL-3.0-or-later
// Answers the form while one types. Where WebAssembly cannot run (an old browser, a content security policy, no network), nothing is
// touched, and the form asks the server as before.
define([], function() {
    'use strict';

    const FIELDS = ['current', 'weight', 'goal'];
    const WHOLE = 10000;

    /** What a number field holds, in hundredths; NaN if it holds none. */
    const hundredths = (text) => /^\d{1,3}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : NaN;

    const load = async(url, integrity) => {
        const answer = await fetch(url, {integrity});
        if (!answer.ok) {
            throw new Error(`${url}: ${answer.status}`);
        }
        const {instance} = await WebAssembly.instantiate(await answer.arrayBuffer(), {});
        return instance.exports;
    };

    /** The same words as form.php. */
    const words = (needed, texts) => {
        if (needed < 0) {
            return '';
        }
        if (needed === 0) {
            return texts.reached;
        }
        return needed > WHOLE ? texts.impossible : texts.needed.replace('{}', (needed / 100).toFixed(2));
    };

    const answer = (form, core) => {
        const values = FIELDS.map((name) => hundredths(form.elements[name].value));
        const output = form.querySelector('[role=status]');
        output.textContent = values.some(Number.isNaN) ? '' : words(core.needed(...values), output.dataset);
    };

    return {
        /** Take over the form; whether that has worked. */
        start: async(selector, url, integrity) => {
            const form = document.querySelector(selector);
            let core;
            try {
                core = await load(url, integrity);
            } catch (error) {
                return false;
            }
            form.addEventListener('input', () => answer(form, core));
            form.addEventListener('submit', (event) => {
                event.preventDefault();
                answer(form, core);
            });
            return true;
        },
    };
});

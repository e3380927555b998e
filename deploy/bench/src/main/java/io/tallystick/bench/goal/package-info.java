// SPDX-License-Identifier: Apache-2.0
/** What a command wants of its figures, and what becomes of a goal that is missed. Knows no figure itself. */
package io.tallystick.bench.goal;

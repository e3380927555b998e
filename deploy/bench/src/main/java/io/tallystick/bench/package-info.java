// SPDX-License-Identifier: Apache-2.0
/** Entry point of the benchmarks; one package below for each kind of them. */
package io.tallystick.bench;

// SPDX-License-Identifier: Apache-2.0
/**
 * How fast evidence is verified, and in how much memory: a bundle of real events as large as asked for, {@code tally
 * verify} in a JVM of its own with a small heap, and beside it stock tools over the same files. Makes its bundles itself
 * with the formats alone: no broker, no exporter.
 */
package io.tallystick.bench.evidence;

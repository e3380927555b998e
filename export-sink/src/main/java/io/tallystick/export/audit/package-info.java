// SPDX-License-Identifier: Apache-2.0
/**
 * Re-reads stored bundles and verifies them with the verifier that auditors use: which bundle is next, and what was found.
 *
 * <p>The one place of this module that may see {@code io.tallystick.verify}; the verifier itself knows nothing of the
 * exporter. Nothing here writes to the store. Kafka, clocks and metrics stay out.
 */
package io.tallystick.export.audit;

// SPDX-License-Identifier: Apache-2.0
/**
 * A real Kafka broker and a schema registry on one machine and one data directory, for tests, the quickstart and
 * small installations.
 *
 * <p>This package decides how the broker is set up, where its data lies and which process it lives in, and makes sure
 * that nothing is left running when its owner dies. It knows nothing of ledgers: no topic, no tenant and no record of
 * ours is named here, so that what runs on the embedded broker runs unchanged on any other.
 */
package io.tallystick.embedded;

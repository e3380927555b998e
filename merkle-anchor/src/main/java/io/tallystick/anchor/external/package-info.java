// SPDX-License-Identifier: Apache-2.0
/**
 * Decides which registry checkpoint is offered to which outside party, when again after a failure, and what its answer
 * settles. DESIGN.md section 7, anchors.
 *
 * <p>Core: no Kafka, no logger, no clock, no network. {@link io.tallystick.anchor.external.Anchor} is what the parties look
 * like from here; each kind of party has a package of its own that speaks its protocol.
 */
package io.tallystick.anchor.external;

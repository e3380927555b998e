// SPDX-License-Identifier: Apache-2.0
/**
 * Decides whether the entries topic is still the ledger that was signed, so that lost state may be rebuilt from it: the fold of
 * the registry's leaves to a signed root, the chain heads those leaves commit to, and the chains' trees recomputed from their
 * entries. It knows no Kafka: records come in, and state or a refusal comes out.
 *
 * <p>Nothing here trusts what is unsigned: the heads topic only proposes sizes and roots, the signed leaves decide.
 */
package io.tallystick.chain.recover;

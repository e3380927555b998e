// SPDX-License-Identifier: Apache-2.0
/**
 * The entry: the bytes that are hashed. What an entry says, the one way to write it down, and the salted commitments by
 * which it refers to payloads and contexts without holding them.
 *
 * <p>The record types cannot hold what an entry must not say: limits, closed lists and rules between members are checked
 * when they are made. {@link io.tallystick.entry.EntryCodec} is the only encoder and decoder. Which entry an event
 * becomes, and where bytes come from, stays out of here.
 */
package io.tallystick.entry;

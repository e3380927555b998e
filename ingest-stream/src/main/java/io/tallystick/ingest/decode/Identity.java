// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import java.util.Optional;

/**
 * What an event says of itself and what goes into its entry for ever.
 *
 * @param id identity; always there on an accepted record
 * @param type type; always there on an accepted record
 * @param time when it happened, RFC 3339 text as produced
 * @param producer CloudEvents {@code source}, or {@code producer} of a LedgerEvent
 */
public record Identity(Optional<String> id, Optional<String> type, Optional<String> time, Optional<String> producer) {}

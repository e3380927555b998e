/**
 * Serialisers of the ledger's own records: Confluent's, in the Confluent wire format, with the settings our topics need.
 */
package io.tallystick.serde;

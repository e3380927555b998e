/**
 * Records generated from the Avro schemas of this module. Transport only: nothing here is ever hashed.
 */
package io.tallystick.avro;

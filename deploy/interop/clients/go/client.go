// SPDX-License-Identifier: Apache-2.0

// Produces with Confluent's Go client and its Avro serialiser, then reads the receipts.
//
// usage: client BROKERS REGISTRY TENANT TOPIC_ID PREFIX LEDGER_EVENT_AVSC SALE_AVSC EXPECTED
//
// Appends the id of every event to the file EXPECTED, a line each.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avrov2"
)

const patience = 180 * time.Second

type ledgerEvent struct {
	ID         string            `avro:"id"`
	Type       string            `avro:"type"`
	Producer   *string           `avro:"producer"`
	Time       *string           `avro:"time"`
	Subject    *string           `avro:"subject"`
	Actor      *string           `avro:"actor"`
	Media      string            `avro:"media"`
	Payload    []byte            `avro:"payload"`
	Attributes map[string]string `avro:"attributes"`
}

type sale struct {
	Order int64    `avro:"order"`
	Item  string   `avro:"item"`
	Price *big.Rat `avro:"price"`
}

type record struct {
	id      string // empty where the ledger makes one
	value   []byte
	headers []kafka.Header
}

type lane struct {
	brokers, tenant, topicID, prefix, ledgerEventFile, saleFile string
	registry                                                    schemaregistry.Client
}

func (l *lane) topic() string { return l.prefix + "in." + l.tenant }

// serialise registers the schema and frames the value.
func (l *lane) serialise(file, name string, value any) ([]byte, error) {
	schema, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	subject := l.topic() + "-" + name
	info := schemaregistry.SchemaInfo{Schema: string(schema), SchemaType: "AVRO"}
	if _, err := l.registry.Register(subject, info, false); err != nil {
		return nil, fmt.Errorf("register %s: %w", subject, err)
	}
	config := avrov2.NewSerializerConfig()
	config.AutoRegisterSchemas = false
	config.UseLatestVersion = true
	serializer, err := avrov2.NewSerializer(l.registry, serde.ValueSerde, config)
	if err != nil {
		return nil, err
	}
	serializer.SubjectNameStrategy = func(string, serde.Type, schemaregistry.SchemaInfo) (string, error) {
		return subject, nil
	}
	return serializer.Serialize(l.topic(), value)
}

func (l *lane) records() ([]record, error) {
	producer := "/go"
	event, err := l.serialise(l.ledgerEventFile, "io.tallystick.avro.LedgerEvent", &ledgerEvent{
		ID: "go-avro", Type: "com.example.avro", Producer: &producer, Media: "application/json",
		Payload: []byte(`{"n":4}`), Attributes: map[string]string{"region": "eu"},
	})
	if err != nil {
		return nil, err
	}
	opaque, err := l.serialise(l.saleFile, "com.example.shop.Sale", &sale{Order: 7, Item: "lamp", Price: big.NewRat(1999, 100)})
	if err != nil {
		return nil, err
	}
	structured := `{"specversion":"1.0","id":"go-structured","source":"/go","type":"com.example.structured",` +
		`"datacontenttype":"application/json","data":{"n":3,"text":"Zürich"}}`
	return []record{
		{value: []byte(`{"n": 1, "text": "Zürich"}`)},
		{id: "go-binary", value: []byte(`{"n":2}`), headers: []kafka.Header{
			{Key: "ce_specversion", Value: []byte("1.0")},
			{Key: "ce_id", Value: []byte("go-binary")},
			{Key: "ce_source", Value: []byte("/go")},
			{Key: "ce_type", Value: []byte("com.example.binary")},
			{Key: "content-type", Value: []byte("application/json")},
		}},
		{id: "go-structured", value: []byte(structured), headers: []kafka.Header{
			{Key: "content-type", Value: []byte("application/cloudevents+json")},
		}},
		{id: "go-avro", value: event},
		{value: opaque},
	}, nil
}

func (l *lane) produce() ([]string, error) {
	records, err := l.records()
	if err != nil {
		return nil, err
	}
	producer, err := kafka.NewProducer(&kafka.ConfigMap{
		"bootstrap.servers": l.brokers, "acks": "all", "enable.idempotence": true,
	})
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	var ids []string
	topic := l.topic()
	for number, one := range records {
		delivered := make(chan kafka.Event, 1)
		message := &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: int32(number % 2)},
			Key:            []byte(fmt.Sprintf("key-%d", number)), Value: one.value, Headers: one.headers,
		}
		if err := producer.Produce(message, delivered); err != nil {
			return nil, err
		}
		sent := (<-delivered).(*kafka.Message).TopicPartition
		if sent.Error != nil {
			return nil, sent.Error
		}
		id := one.id
		if id == "" {
			id = fmt.Sprintf("%s:%d:%d", l.topicID, sent.Partition, sent.Offset)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (l *lane) awaitReceipts(ids []string) error {
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": l.brokers, "group.id": l.tenant + ".go", "enable.auto.commit": false,
	})
	if err != nil {
		return err
	}
	defer consumer.Close()
	receipts := l.prefix + "receipts." + l.tenant
	if err := consumer.Assign([]kafka.TopicPartition{{Topic: &receipts, Partition: 0, Offset: kafka.OffsetBeginning}}); err != nil {
		return err
	}
	missing := map[string]bool{}
	for _, id := range ids {
		missing[id] = true
	}
	for deadline := time.Now().Add(patience); len(missing) > 0; {
		if time.Now().After(deadline) {
			return fmt.Errorf("no receipts within %v for %v", patience, missing)
		}
		message, err := consumer.ReadMessage(time.Second)
		if err != nil {
			continue // nothing yet: the deadline decides
		}
		var receipt struct{ ID, Chain string }
		if err := json.Unmarshal(message.Value, &receipt); err != nil {
			return err
		}
		if string(message.Key) != receipt.ID || !strings.HasPrefix(receipt.Chain, l.tenant+"/") {
			return fmt.Errorf("not a receipt of %s: %s %s", l.tenant, message.Key, message.Value)
		}
		delete(missing, receipt.ID)
	}
	return nil
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("go: ")
	if len(os.Args) != 9 {
		log.Fatal("usage: client BROKERS REGISTRY TENANT TOPIC_ID PREFIX LEDGER_EVENT_AVSC SALE_AVSC EXPECTED")
	}
	registry, err := schemaregistry.NewClient(schemaregistry.NewConfig(os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	l := &lane{
		brokers: os.Args[1], tenant: os.Args[3], topicID: os.Args[4], prefix: os.Args[5],
		ledgerEventFile: os.Args[6], saleFile: os.Args[7], registry: registry,
	}
	ids, err := l.produce()
	if err != nil {
		log.Fatal(err)
	}
	expected, err := os.OpenFile(os.Args[8], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := fmt.Fprintln(expected, strings.Join(ids, "\n")); err != nil {
		log.Fatal(err)
	}
	if err := expected.Close(); err != nil {
		log.Fatal(err)
	}
	if err := l.awaitReceipts(ids); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("go: %d produced, %d receipts read\n", len(ids), len(ids))
}

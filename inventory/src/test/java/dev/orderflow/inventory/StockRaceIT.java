package dev.orderflow.inventory;

import static dev.orderflow.inventory.Stockroom.line;
import static dev.orderflow.inventory.Stockroom.newId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import dev.orderflow.proto.inventory.v1.OrderLine;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class StockRaceIT {

    private static final String DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()";

    private final Stockroom stockroom = new Stockroom();

    @AfterEach
    void addsUp() {
        assertEquals(List.of(), stockroom.discrepancies());
        stockroom.close();
    }

    @Test
    void asManyBuyersAsThereAreUnitsGetOne() throws Exception {
        String product = stockroom.product(30);

        List<ReserveStockResponse> answers = atOnce(100, i -> stockroom.reserve(newId(), line(product, 1)));

        assertEquals(
                30, answers.stream().filter(ReserveStockResponse::hasReserved).count());
        assertEquals(
                70,
                answers.stream()
                        .filter(ReserveStockResponse::hasInsufficientStock)
                        .count());
        assertEquals(30, stockroom.reserved(product));
    }

    @Test
    void concurrentRepeatsOfOneOrderHoldOnce() throws Exception {
        String product = stockroom.product(30);
        String order = newId();

        List<ReserveStockResponse> answers = atOnce(20, i -> stockroom.reserve(order, line(product, 2)));

        assertTrue(answers.stream().allMatch(ReserveStockResponse::hasReserved));
        assertEquals(2, stockroom.reserved(product));
    }

    @Test
    void linesInAnyOrderNeverStandInACircle() throws Exception {
        List<String> products =
                IntStream.range(0, 6).mapToObj(i -> stockroom.product(100_000)).toList();
        List<String> orders = Collections.synchronizedList(new ArrayList<>());
        long deadlocks = stockroom.number(DEADLOCKS);
        AtomicBoolean done = new AtomicBoolean();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        try (ExecutorService watcher = Executors.newSingleThreadExecutor()) {
            // Adds up at any instant, not only once all is quiet.
            Future<?> watch = watcher.submit(() -> {
                while (!done.get()) {
                    wrong.addAll(stockroom.discrepancies());
                }
            });
            try {
                atOnce(400, i -> {
                    Random random = new Random(i);
                    List<String> shuffled = new ArrayList<>(products);
                    Collections.shuffle(shuffled, random);
                    OrderLine[] lines = shuffled.stream()
                            .limit(2 + random.nextInt(5))
                            .map(id -> line(id, 1 + random.nextInt(3)))
                            .toArray(OrderLine[]::new);
                    String order = newId();
                    assertTrue(stockroom.reserve(order, lines).hasReserved());
                    orders.add(order);
                    if (i % 3 == 0) {
                        stockroom.release(order);
                    } else if (i % 3 == 1) {
                        stockroom.letExpire(order);
                    }
                    return order;
                });
            } finally {
                done.set(true);
            }
            watch.get();
        }

        assertEquals(List.of(), wrong);
        assertEquals(400, orders.size());
        assertEquals(deadlocks, stockroom.number(DEADLOCKS));
    }

    @Test
    void severalLinesCompeteAllOrNone() throws Exception {
        String left = stockroom.product(40);
        String right = stockroom.product(20);

        List<ReserveStockResponse> answers = atOnce(
                80,
                i -> i % 2 == 0
                        ? stockroom.reserve(newId(), line(left, 1), line(right, 1))
                        : stockroom.reserve(newId(), line(right, 1), line(left, 1)));

        assertEquals(
                20, answers.stream().filter(ReserveStockResponse::hasReserved).count());
        assertEquals(20, stockroom.reserved(left));
        assertEquals(20, stockroom.reserved(right));
    }

    @Test
    void nobodyIsRefusedForTheSakeOfHoldsThatEnded() throws Exception {
        String product = stockroom.product(20);
        List<String> slow = IntStream.range(0, 20).mapToObj(i -> newId()).toList();
        for (String order : slow) {
            stockroom.reserve(order, line(product, 1));
        }
        slow.forEach(stockroom::letExpire);

        List<ReserveStockResponse> answers = atOnce(30, i -> stockroom.reserve(newId(), line(product, 1)));

        assertEquals(
                20, answers.stream().filter(ReserveStockResponse::hasReserved).count());
        assertEquals(20, stockroom.reserved(product));
    }

    @Test
    void reserveAndReleaseOfOneOrderEndReleased() throws Exception {
        String product = stockroom.product(1000);
        for (int round = 0; round < 30; round++) {
            String order = newId();
            atOnce(2, i -> {
                if (i == 0) {
                    stockroom.release(order);
                    return "released";
                }
                try {
                    return stockroom.reserve(order, line(product, 1)).toString();
                } catch (io.grpc.StatusRuntimeException refused) {
                    return refused.getStatus().getCode().toString();
                }
            });
            assertTrue(List.of("RELEASED", "TOMBSTONE").contains(stockroom.state(order)));
        }
        assertEquals(0, stockroom.reserved(product));
    }

    private interface Buyer<T> {
        T buy(int number) throws Exception;
    }

    private static <T> List<T> atOnce(int buyers, Buyer<T> buyer) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(Math.min(buyers, 32))) {
            List<Callable<T>> calls = IntStream.range(0, buyers)
                    .mapToObj(i -> (Callable<T>) () -> buyer.buy(i))
                    .toList();
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}

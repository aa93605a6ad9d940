"""Many players of one film at once, as a program of its own: PORT NAME QUERY CLIENTS.

Each reads master, playlist and all ranges, and none begins to read before all are connected. Prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys


async def get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, span: str = "") -> bytes:
    asked = f"Range: bytes={span}\r\n" if span else ""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{asked}\r\n".encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    if head.split()[1] != ("206" if span else "200"):
        raise ValueError(head)
    found = re.search(r"(?i)content-length: (\d+)", head)
    return await reader.readexactly(int(found[1]) if found else 0)


async def watch(port: int, name: str, query: str, all_here: asyncio.Barrier) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await all_here.wait()
    master = (await get(reader, writer, f"/media/{name}/master.m3u8?{query}")).decode()
    best = re.findall(r"^\w.*$", master, re.MULTILINE)[-1]
    playlist = (await get(reader, writer, f"/media/{name}/{best}")).decode()
    part = re.findall(r"^\w.*$", playlist, re.MULTILINE)[0]
    count = 0
    for length, start in re.findall(r"BYTERANGE[:=]\"?(\d+)@(\d+)", playlist):
        content = await get(reader, writer, f"/media/{name}/{part}", f"{start}-{int(start) + int(length) - 1}")
        if len(content) != int(length):
            raise ValueError(part)
        count += len(content)
    writer.close()
    return count


async def main(port: int, name: str, query: str, clients: int) -> None:
    all_here = asyncio.Barrier(clients)
    done = await asyncio.gather(*(watch(port, name, query, all_here) for _ in range(clients)), return_exceptions=True)
    wrong = [repr(each) for each in done if not isinstance(each, int)]
    right = [each for each in done if isinstance(each, int)]
    print(json.dumps({"wrong": wrong[:5], "together": len(right), "bytes": sum(right)}))


asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))

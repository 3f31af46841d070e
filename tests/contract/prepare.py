"""Makes carts, links, suggestions and shares for a user, and tells schemathesis what they are called: ids that are made up name
nothing, so that hardly an answer but refusals would be seen. What an operation ends is made for it alone.

prepare.py ADDRESS TOKEN CONFIG
"""

import json
import sys
import urllib.error
import urllib.request

ADDRESS, TOKEN, CONFIG = sys.argv[1:]
EARRINGS = {"product_id": "earrings-silver-lotus", "quantity": 1}


def send(method, path, body=None, token=TOKEN):
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(ADDRESS + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def shared_cart():
    """A cart with an item in it."""
    cart = send("POST", "/api/cart/create", {})["cart_id"]
    return {"path.cart_id": cart, "path.item_id": send("POST", f"/api/cart/{cart}/add-item", EARRINGS)["item_id"]}


def with_link():
    """The same with a link, and with a suggestion that was made by it."""
    names = shared_cart()
    path = f"/api/cart/{names['path.cart_id']}"
    link = send("POST", f"{path}/share", {"may_suggest": True, "shows": {"prices": True, "names": True}})
    token = link["shareable_link"].rsplit("/", 1)[1]
    suggested = send("POST", f"/api/cart/shared/{token}/suggestions", {"op": "add", **EARRINGS, "name": "A friend"})
    names |= {"path.link_id": link["link_id"], "path.token": token}
    return names | {"path.suggestion_id": suggested["suggestion_id"], "path.version": 1}


def telecom_cart():
    cart = send("POST", "/api/v1/carts", {})["id"]
    item = send("POST", f"/api/v1/carts/{cart}/items", {"productId": "plan-unlimited", "quantity": 1})["items"][0]["id"]
    return {"path.cart_id": cart, "path.item_id": item}


def share():
    """A share of a cart with a colleague; none for who belongs to no company."""
    cart = shared_cart()["path.cart_id"]
    colleague = {"idCompanyUser": "dora", "idCartPermissionGroup": 1}
    body = {"data": {"type": "shared-carts", "attributes": colleague}}
    try:
        return {"path.id": send("POST", f"/carts/{cart}/shared-carts", body)["data"]["id"]}
    except urllib.error.HTTPError:
        return {}


def section(names, **which):
    lines = ["[[operations]]"] + [f"include-{word.replace('_', '-')} = {json.dumps(value)}" for word, value in which.items()]
    pairs = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in names.items())
    return "\n".join([*lines, f"parameters = {{ {pairs} }}"])


def sections():
    # The first section that names an operation is the one that counts.
    ending = ["remove_cart", "remove_item", "checkout", "revoke_link", "rotate_link", "withdraw", "withdraw_by_link"]
    for name in [*ending, "withdraw_by_link_by_header"]:
        yield section(with_link(), operation_id=f"shared_{name}")
    yield section(share(), operation_id="company_end_share")
    for name in ["remove_item", "checkout"]:
        yield section(telecom_cart(), operation_id=f"telecom_{name}")
    send("POST", "/api/shop/cart/items", EARRINGS)
    item = send("GET", "/api/shop/cart")["items"][0]["id"]
    course = send("POST", "/api/cart/items", {"productId": "meditation-course"})["items"][0]["id"]
    yield section({"path.id": item}, path_regex="^/api/shop/cart/")
    yield section({"path.item_id": course}, path_regex="^/api/(mobile/)?cart/items")
    yield section(with_link(), path_regex="^/api/cart/({cart_id}|shared)")
    yield section(telecom_cart(), path_regex="^/api/v1/carts/")
    yield section({"path.id": shared_cart()["path.cart_id"]}, path_regex="^/carts/")
    yield section(share(), path_regex="^/shared-carts/")


with open(CONFIG, "w", encoding="utf-8") as config:
    config.write("\n\n".join(sections()) + "\n")

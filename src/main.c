/* argv to a command, nothing else. */
int main(void)
{
    return 0;
}
